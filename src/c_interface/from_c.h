#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* A query with a retrieval and an inference below it, told in C. 0, or the number of the step that went
 * wrong. */
int record_query_from_c(const char* endpoint);

#ifdef __cplusplus
}
#endif
