#include <cstring>
#include <vector>

#include "tests/process/scenario.h"

int main(int count, char** words) {
  using namespace sonde::test;
  std::vector<Scenario> scenarios;
  add_fork_scenarios(scenarios);
  add_exit_scenarios(scenarios);
  add_thread_scenarios(scenarios);
  add_plugin_scenarios(scenarios);
  if (count < 3) return 2;
  for (const Scenario& scenario : scenarios) {
    if (std::strcmp(scenario.name, words[1]) != 0) continue;
    scenario.play({.path = words[2], .plugin = count > 3 ? words[3] : nullptr});
    return 0;
  }
  return 2;
}
