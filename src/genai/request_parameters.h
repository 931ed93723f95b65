#pragma once

#include "genai/attribute_list.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {

/// Adds what inferences and remote agents are asked with alike.
template <class Request, std::size_t capacity>
void add_request_parameters(const Request& request, AttributeList<capacity>& list) noexcept {
  list.add_if(attribute::output_type, request.output_type);
  list.add_if(attribute::request_max_tokens, request.max_tokens);
  list.add_if(attribute::request_temperature, request.temperature);
  list.add_if(attribute::request_top_p, request.top_p);
  list.add_if(attribute::request_frequency_penalty, request.frequency_penalty);
  list.add_if(attribute::request_presence_penalty, request.presence_penalty);
  list.add_if(attribute::request_seed, request.seed);
  if (request.choice_count.value_or(1) != 1) list.add(attribute::request_choice_count, *request.choice_count);
  list.add_if(attribute::request_stop_sequences, request.stop_sequences);
  list.add_if(attribute::request_previous_response_id, request.previous_response_id);
}

}  // namespace sonde::genai::detail
