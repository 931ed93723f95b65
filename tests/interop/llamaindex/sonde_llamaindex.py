"""LlamaIndex's spans and events in Sonde: its dispatcher's handlers, which call libsonde_c.

    telemetry = Sonde("my-service")
    telemetry.instrument()
    ...
    telemetry.close()

Nothing of a span is kept here: it is opened and closed by its id, and Sonde ends what is never closed.
"""

import asyncio
import collections.abc
import contextlib
import ctypes
import json
import uuid

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.base import BaseLLM
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.exception import ExceptionEvent
from llama_index.core.instrumentation.events.llm import (
    LLMChatEndEvent, LLMChatInProgressEvent, LLMCompletionEndEvent, LLMCompletionInProgressEvent)
from llama_index.core.instrumentation.span import active_span_id
from llama_index.core.instrumentation.span_handlers import BaseSpanHandler
from llama_index.core.schema import NodeWithScore
from llama_index.core.tools import BaseTool, ToolOutput

ABI_VERSION = 1
TEXT = ctypes.c_char_p
OBJECT = ctypes.c_void_p

# What sonde/c/sonde.h declares, as far as it is used here: what each function answers, and takes.
FUNCTIONS = {
    "sonde_abi_version": (ctypes.c_uint32,),
    "sonde_setup": (OBJECT, TEXT, TEXT),
    "sonde_telemetry_flush": (ctypes.c_int, OBJECT, ctypes.c_uint32),
    "sonde_telemetry_free": (None, OBJECT),
    "sonde_framework_new": (OBJECT, TEXT, ctypes.c_size_t, ctypes.c_uint64),
    "sonde_framework_free": (None, OBJECT),
    "sonde_span_enter": (None, OBJECT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT),
    "sonde_span_chunk": (None, OBJECT, TEXT),
    "sonde_span_exit": (None, OBJECT, TEXT, TEXT),
    "sonde_span_drop": (None, OBJECT, TEXT, TEXT, TEXT),
    "sonde_span_event": (None, OBJECT, TEXT, TEXT, TEXT),
    "sonde_open_spans": (ctypes.c_size_t, OBJECT),
}

# Their generators are followed by an event when they end; the span stays open until then.
STREAMING = {"stream_chat", "astream_chat", "stream_complete", "astream_complete"}


def load(path):
    library = ctypes.CDLL(path)
    for name, (answer, *arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = answer, arguments
    if library.sonde_abi_version() != ABI_VERSION:
        raise ImportError(f"{path} has interface {library.sonde_abi_version()}, not {ABI_VERSION}")
    return library


def text(value):
    return None if value is None else str(value).encode("utf-8", "replace")


def as_json(value):
    return None if value is None else text(json.dumps(value, default=str))


class Framework:
    """The open spans of a framework."""

    def __init__(self, library, name, max_open_spans=0, max_age_milliseconds=0):
        self._library = library
        self._framework = library.sonde_framework_new(text(name), max_open_spans, max_age_milliseconds)

    def enter(self, span, component, method=None, name=None, arguments=None, parent=None):
        self._library.sonde_span_enter(self._framework, text(span), text(component), text(method), text(name),
                                       as_json(arguments), text(parent))

    def chunk(self, span):
        self._library.sonde_span_chunk(self._framework, text(span))

    def exit(self, span, result=None):
        self._library.sonde_span_exit(self._framework, text(span), as_json(result))

    def drop(self, span, error):
        self._library.sonde_span_drop(self._framework, text(span), text(type(error).__name__), text(error))

    def event(self, span, name, attributes):
        self._library.sonde_span_event(self._framework, text(span), text(name), as_json(attributes))

    def open_spans(self):
        return self._library.sonde_open_spans(self._framework)

    def close(self):
        """Ends what is open. Later calls do nothing."""
        framework, self._framework = self._framework, None
        self._library.sonde_framework_free(framework)


class Sonde:
    """A set-up of Sonde, and its view of LlamaIndex."""

    def __init__(self, service, endpoint=None, library="libsonde_c.so.1"):
        self.library = load(library)
        self._telemetry = self.library.sonde_setup(text(service), text(endpoint))
        self.llamaindex = Framework(self.library, "llamaindex")

    def instrument(self):
        dispatcher = get_dispatcher()
        dispatcher.add_span_handler(SondeSpanHandler(self.llamaindex))
        dispatcher.add_event_handler(SondeEventHandler(self.llamaindex))

    @contextlib.contextmanager
    def span(self, name):
        """A span around several of LlamaIndex's: around a query and the reading of its stream, say, which begins
        after the query has returned."""
        span = f"{name}-{uuid.uuid4()}"
        self.llamaindex.enter(span, name, parent=active_span_id.get())
        token = active_span_id.set(span)
        try:
            yield
        except Exception as error:
            self.llamaindex.drop(span, error)
            raise
        finally:
            active_span_id.reset(token)
            self.llamaindex.exit(span)

    def flush(self, timeout_milliseconds=10_000):
        return self.library.sonde_telemetry_flush(self._telemetry, timeout_milliseconds) == 1

    def close(self):
        """Ends what is open, and sends what is left."""
        self.llamaindex.close()
        telemetry, self._telemetry = self._telemetry, None
        self.library.sonde_telemetry_free(telemetry)


def arguments_of(instance, bound):
    """The arguments of a call that Sonde reads, in its words."""
    if isinstance(instance, BaseLLM):
        arguments = {"model": instance.metadata.model_name}
        for key in ("temperature", "max_tokens"):
            if getattr(instance, key, None) is not None:
                arguments[key] = getattr(instance, key)
        if "messages" in bound:
            arguments["messages"] = [{"role": message.role.value, "content": message.content}
                                     for message in bound["messages"]]
        elif "prompt" in bound:
            arguments["prompt"] = bound["prompt"]
        return arguments
    if isinstance(instance, BaseEmbedding):
        return {"model": instance.model_name}
    if isinstance(instance, BaseRetriever):
        query = next(iter(bound.values()), "")
        return {"query": getattr(query, "query_str", query), "top_k": getattr(instance, "similarity_top_k", None)}
    if isinstance(instance, BaseTool):
        return bound.get("kwargs", bound)
    return None


def name_of(instance):
    if isinstance(instance, BaseTool):
        return instance.metadata.name
    name = getattr(instance, "name", None)
    return name if isinstance(name, str) else None


def result_of(result):
    """What a call returned, as far as Sonde reads it."""
    if isinstance(result, ToolOutput):
        return result.content
    if isinstance(result, list) and result:
        if isinstance(result[0], NodeWithScore):
            return [{"id": found.node.node_id, "score": found.score, "content": found.node.get_content()}
                    for found in result]
        vector = result[0] if isinstance(result[0], list) else result
        if isinstance(vector[0], float):
            return {"dimension_count": len(vector)}
    return None


def answer_of(response, finish_reason=None):
    """A model's answer: the provider's own beside what LlamaIndex made of it."""
    if response is None:
        return None
    message = getattr(response, "message", None)
    raw = response.raw
    if hasattr(raw, "model_dump"):
        raw = raw.model_dump(mode="json", exclude_none=True)
    if finish_reason and isinstance(raw, dict) and raw.get("choices") == []:
        # The reason came with an event before the last, which has the usage.
        raw = {**raw, "choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]}
    return {"raw": raw, "text": message.content if message is not None else response.text}


class SondeSpanHandler(BaseSpanHandler):
    """Every answer here is None, so that the base class keeps no spans."""

    def __init__(self, framework):
        super().__init__()
        self._framework = framework

    def new_span(self, id_, bound_args, instance=None, parent_span_id=None, tags=None, **kwargs):
        component, _, method = id_.rsplit("-", 5)[0].rpartition(".")
        self._framework.enter(id_, component, method, name_of(instance), arguments_of(instance, bound_args.arguments),
                          parent_span_id)

    def prepare_to_exit_span(self, id_, bound_args, instance=None, result=None, **kwargs):
        streams = isinstance(result, (collections.abc.Generator, collections.abc.AsyncGenerator))
        method = id_.rsplit("-", 5)[0].rpartition(".")[2]
        if not (streams and method in STREAMING):
            self._framework.exit(id_, result_of(result))

    def prepare_to_drop_span(self, id_, bound_args, instance=None, err=None, **kwargs):
        if isinstance(err, asyncio.CancelledError):
            self._framework.exit(id_)
        else:
            self._framework.drop(id_, err)


class SondeEventHandler(BaseEventHandler):
    """Models' answers end their spans, streamed or not; other events are recorded in theirs."""

    def __init__(self, framework):
        super().__init__()
        self._framework = framework
        self._finish_reasons = {}  # of the streams under way

    def handle(self, event, **kwargs):
        span = event.span_id
        if isinstance(event, (LLMChatInProgressEvent, LLMCompletionInProgressEvent)):
            self._framework.chunk(span)
            for choice in getattr(event.response.raw, "choices", None) or []:
                if getattr(choice, "finish_reason", None):
                    self._finish_reasons[span] = choice.finish_reason
        elif isinstance(event, (LLMChatEndEvent, LLMCompletionEndEvent)):
            self._framework.exit(span, answer_of(event.response, self._finish_reasons.pop(span, None)))
        elif isinstance(event, ExceptionEvent):
            self._finish_reasons.pop(span, None)
            if isinstance(event.exception, (GeneratorExit, asyncio.CancelledError)):
                self._framework.exit(span)  # the reader wants no more
            else:
                self._framework.drop(span, event.exception)
        elif span is not None:
            self._framework.event(span, event.class_name(), dict(event.tags))
