#pragma once

// All of the GenAI layer but the model clients.

#include "sonde/genai/agent.hpp"
#include "sonde/genai/embeddings.hpp"
#include "sonde/genai/evaluation.hpp"
#include "sonde/genai/fetch_response.hpp"
#include "sonde/genai/inference.hpp"
#include "sonde/genai/mcp.hpp"
#include "sonde/genai/memory.hpp"
#include "sonde/genai/retrieval.hpp"
#include "sonde/genai/stream.hpp"
#include "sonde/genai/tool.hpp"
