#include <sonde/c/sonde.h>
#include <stdio.h>

int main(void) {
  sonde_telemetry* const telemetry = sonde_setup("c-consumer", NULL);
  sonde_framework* const framework = sonde_framework_new("framework", 0, 0);
  printf("interface %u\n", (unsigned)sonde_abi_version());
  sonde_span_enter(framework, "1", "OpenAI", "chat", NULL, "{\"model\":\"gpt-4o-mini\"}", NULL);
  sonde_span_exit(framework, "1", NULL);
  sonde_framework_free(framework);
  sonde_telemetry_free(telemetry);
  return 0;
}
