// configuration_reference docs/configuration.md
//
// Replaces what stands between the page's two marks by the reference that the table of variables makes.

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "sdk/configuration/variables.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "configuration_reference: give it the page to write, docs/configuration.md\n";
    return 2;
  }
  std::ostringstream page;
  page << std::ifstream(argv[1]).rdbuf();
  const std::string text = page.str();
  const std::string first = "<!-- variables: written by configuration_reference -->\n";
  const std::string last = "<!-- end of variables -->\n";
  const std::size_t begin = text.find(first);
  const std::size_t end = text.find(last);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    std::cerr << "configuration_reference: " << argv[1] << " has no marks to write between\n";
    return 1;
  }
  std::ofstream(argv[1]) << text.substr(0, begin + first.size()) << sonde::detail::variables_reference()
                         << text.substr(end);
  return 0;
}
