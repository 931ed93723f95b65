// A small program of C++'s own library, to compare with.
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int count, char** words) {
  std::vector<std::string> names(words, words + count);
  std::thread([&] { names.emplace_back("thread"); }).join();
  std::cout << names.back() << '\n';
}
