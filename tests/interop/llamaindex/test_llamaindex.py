"""LlamaIndex itself, its dispatcher driving Sonde's framework callbacks through the C interface: what a real query
engine does arrives in the server, nested as LlamaIndex nests it, in the GenAI convention's words."""

import asyncio
import collections
import gc
import json
import os
import subprocess
import unittest
import urllib.parse
import urllib.request

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.llms import MockLLM
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI

from sonde_llamaindex import Framework, Sonde

SERVICE = "llamaindex"
DOCUMENTS = ["A span is one unit of work.", "A trace is a tree of spans.", "A metric is a number over time."]
NOBODY_LISTENS = "http://127.0.0.1:1/v1"


def read(path, **parameters):
    """What the server answers to a path below /api/sonde."""
    url = f"{os.environ['SONDE_UI'].rstrip('/')}/api/sonde/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=30) as response:
        return json.load(response)


def plain(value):
    """An AnyValue as Python's own."""
    [(kind, content)] = value.items()
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [plain(each) for each in content["values"]]
    if kind == "kvlistValue":
        return attributes_of(content["values"])
    return content


def attributes_of(pairs):
    return {pair["key"]: plain(pair["value"]) for pair in pairs}


class Trace:
    """A stored trace."""

    def __init__(self, trace_id):
        self.spans = read(f"traces/{trace_id}")["spans"]
        for span in self.spans:
            span["attributes"] = attributes_of(span["attributes"])
        self.by_id = {span["spanId"]: span for span in self.spans}

    def named(self, name):
        found = [span for span in self.spans if span["name"] == name]
        assert len(found) == 1, f"{len(found)} spans are called {name!r}: {[span['name'] for span in self.spans]}"
        return found[0]

    def ancestors(self, span):
        names = []
        while span["parentSpanId"]:
            span = self.by_id[span["parentSpanId"]]
            names.append(span["name"])
        return names


def shapes(parents):
    """The shapes of trees, given each node's parent: a tree is the sorted list of its children's."""
    children = collections.defaultdict(list)
    for node, parent in parents.items():
        children[parent if parent in parents else None].append(node)

    def shape(node):
        return sorted(shape(child) for child in children[node])

    return shape(None)


class LlamaIndexCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(cls.stop)
        cls.mock = subprocess.Popen([os.environ["SONDE_BIN"], "mock-llm", "--json", "--port", "0"],
                                    stdout=subprocess.PIPE, text=True)
        cls.url = json.loads(cls.mock.stdout.readline())["baseUrl"]
        cls.own = SimpleSpanHandler()
        get_dispatcher().add_span_handler(cls.own)
        cls.sonde = Sonde(SERVICE, os.environ["SONDE_OTLP_HTTP"], os.environ["SONDE_C_LIBRARY"])
        cls.sonde.instrument()
        cls.index = VectorStoreIndex.from_documents(
            [Document(text=text) for text in DOCUMENTS],
            embed_model=MockEmbedding(embed_dim=8, model_name="mock-embedding"))
        cls.sonde.flush()

    @classmethod
    def stop(cls):
        cls.sonde.close()
        cls.mock.terminate()
        cls.mock.communicate()

    def setUp(self):
        self.seen = {trace["traceId"] for trace in read("traces", service=SERVICE, limit=1000)["traces"]}
        self.own.completed_spans.clear()

    def llm(self, url=None):
        return OpenAI(model="gpt-4o-mini", api_base=url or self.url, api_key="none", max_retries=0, max_tokens=200,
                      additional_kwargs={"stream_options": {"include_usage": True}})

    def engine(self, llm=None, **options):
        return self.index.as_query_engine(llm=llm or self.llm(), similarity_top_k=2, **options)

    def traces(self):
        """The traces of this test, oldest first."""
        self.assertTrue(self.sonde.flush())
        listed = [trace for trace in read("traces", service=SERVICE, limit=1000)["traces"] if trace["traceId"] not in self.seen]
        return [Trace(trace["traceId"])
                for trace in sorted(listed, key=lambda trace: int(trace["startTimeUnixNano"]))]

    def expect_nested_as_llamaindex_nests(self, traces):
        # Where a method calls one of the same name with "_" before it, that is the same work, and counted once.
        parents = {span.id_: span.parent_id for span in self.own.completed_spans}
        layers = {span for span in parents if span.startswith(("MockEmbedding._", "VectorIndexRetriever._"))}
        own = {span: parents[parent] if parent in layers else parent
               for span, parent in parents.items() if span not in layers}
        stored = {span["spanId"]: span["parentSpanId"] for trace in traces for span in trace.spans}
        self.assertEqual(shapes(stored), shapes(own))
        self.assertEqual(self.sonde.llamaindex.open_spans(), 0)

    def expect_chat(self, span, question):
        attributes = span["attributes"]
        self.assertEqual(span["kind"], "client")
        self.assertEqual(span["status"]["code"], "unset")
        self.assertEqual(attributes["gen_ai.operation.name"], "chat")
        self.assertEqual(attributes["gen_ai.provider.name"], "openai")
        self.assertEqual(attributes["gen_ai.request.model"], "gpt-4o-mini")
        self.assertEqual(attributes["gen_ai.request.max_tokens"], 200)
        self.assertEqual(attributes["gen_ai.request.temperature"], 0.1)
        self.assertEqual(attributes["gen_ai.response.model"], "mock-llm-1")
        self.assertRegex(attributes["gen_ai.response.id"], "^chatcmpl-mock-")
        self.assertEqual(attributes["gen_ai.response.finish_reasons"], ["stop"])
        self.assertGreater(attributes["gen_ai.usage.input_tokens"], 0)
        self.assertGreater(attributes["gen_ai.usage.output_tokens"], 0)
        self.assertIn(question, json.dumps(attributes["gen_ai.input.messages"]))
        self.assertIn("mock-llm", attributes["gen_ai.output.messages"][0]["parts"][0]["content"])

    def expect_retrieval(self, span, question):
        self.assertEqual(span["attributes"]["gen_ai.retrieval.query.text"], question)
        self.assertEqual(span["attributes"]["gen_ai.retrieval.top_k"], 2)
        documents = span["attributes"]["gen_ai.retrieval.documents"]
        self.assertEqual(len(documents), 2)
        for document in documents:
            self.assertIn(document["content"], DOCUMENTS)

    def test_a_query_is_a_trace_of_operations(self):
        self.engine().query("What is a span?")
        [trace] = self.traces()
        self.expect_nested_as_llamaindex_nests([trace])
        root = trace.named("llamaindex.RetrieverQueryEngine.query")
        self.assertEqual(root["parentSpanId"], "")
        self.assertEqual([event["name"] for event in root["events"]], ["QueryStartEvent", "QueryEndEvent"])
        retrieval = trace.named("retrieval VectorIndexRetriever")
        self.expect_retrieval(retrieval, "What is a span?")
        embeddings = trace.named("embeddings mock-embedding")
        self.assertEqual(embeddings["parentSpanId"], retrieval["spanId"])
        self.assertEqual(embeddings["attributes"]["gen_ai.embeddings.dimension.count"], 8)
        chat = trace.named("chat gpt-4o-mini")
        self.expect_chat(chat, "What is a span?")
        self.assertIn("llamaindex.CompactAndRefine.synthesize", trace.ancestors(chat))
        self.assertNotIn("gen_ai.request.stream", chat["attributes"])

    def test_queries_at_once_are_not_mixed_up(self):
        questions = [f"What is number {number}?" for number in range(12)]
        engine = self.engine()

        async def ask():
            return await asyncio.gather(*(engine.aquery(question) for question in questions))

        self.assertEqual(len(asyncio.run(ask())), len(questions))
        traces = self.traces()
        self.expect_nested_as_llamaindex_nests(traces)
        asked = []
        for trace in traces:
            retrieval = trace.named("retrieval VectorIndexRetriever")
            asked.append(retrieval["attributes"]["gen_ai.retrieval.query.text"])
            self.expect_chat(trace.named("chat gpt-4o-mini"), asked[-1])
        self.assertEqual(sorted(asked), sorted(questions))

    def expect_streamed(self, question):
        [trace] = self.traces()
        self.assertEqual(trace.named("llamaindex.answer")["parentSpanId"], "")
        chat = trace.named("chat gpt-4o-mini")
        self.expect_chat(chat, question)
        self.assertIs(chat["attributes"]["gen_ai.request.stream"], True)
        first_chunk = chat["attributes"]["gen_ai.response.time_to_first_chunk"]
        self.assertTrue(0 < first_chunk <= int(chat["durationNano"]) / 1e9)
        self.assertEqual(trace.ancestors(chat)[-1], "llamaindex.answer")
        self.assertEqual(self.sonde.llamaindex.open_spans(), 0)

    def test_a_streamed_query_ends_with_its_stream(self):
        with self.sonde.span("answer"):
            pieces = list(self.engine(streaming=True).query("What is a trace?").response_gen)
        self.assertGreater(len(pieces), 1)
        self.expect_streamed("What is a trace?")

    def test_an_asynchronous_streamed_query_ends_with_its_stream(self):
        async def ask():
            with self.sonde.span("answer"):
                response = await self.engine(streaming=True).aquery("What is a metric?")
                return [piece async for piece in response.async_response_gen()]

        self.assertGreater(len(asyncio.run(ask())), 1)
        self.expect_streamed("What is a metric?")

    def test_a_stream_that_its_reader_leaves_is_no_error(self):
        with self.sonde.span("answer"):
            stream = self.engine(streaming=True).query("What is a trace?").response_gen
            next(stream)
            stream.close()
            del stream
            gc.collect()
        [trace] = self.traces()
        chat = trace.named("chat gpt-4o-mini")
        self.assertEqual(chat["status"]["code"], "unset")
        self.assertIn("gen_ai.response.time_to_first_chunk", chat["attributes"])
        self.assertNotIn("gen_ai.response.finish_reasons", chat["attributes"])
        self.assertEqual(self.sonde.llamaindex.open_spans(), 0)

    def test_a_failure_is_told_on_every_span_it_passes(self):
        with self.assertRaises(Exception):
            self.engine(self.llm(NOBODY_LISTENS)).query("What is a span?")
        [trace] = self.traces()
        chat = trace.named("chat gpt-4o-mini")
        self.assertEqual(chat["status"]["code"], "error")
        self.assertEqual(chat["attributes"]["error.type"], "APIConnectionError")
        root = trace.named("llamaindex.RetrieverQueryEngine.query")
        self.assertEqual(root["status"]["code"], "error")
        self.assertEqual(trace.named("retrieval VectorIndexRetriever")["status"]["code"], "unset")
        self.assertEqual(self.sonde.llamaindex.open_spans(), 0)

    def test_an_agent_and_its_tools(self):
        def get_weather(city: str) -> str:
            """The weather of a city."""
            return f"It rains in {city}."

        async def ask():
            agent = FunctionAgent(name="forecaster", tools=[FunctionTool.from_defaults(get_weather)], llm=self.llm())
            return await agent.run("What is the weather in Paris?")

        asyncio.run(ask())
        traces = self.traces()
        self.expect_nested_as_llamaindex_nests(traces)
        [trace] = [trace for trace in traces if any(span["name"].startswith("invoke_agent") for span in trace.spans)]
        agent = trace.named("invoke_agent forecaster")
        self.assertEqual(agent["kind"], "internal")
        tool = trace.named("execute_tool get_weather")
        self.assertIn("invoke_agent forecaster", trace.ancestors(tool))
        self.assertEqual(tool["attributes"]["gen_ai.agent.name"], "forecaster")
        self.assertIn("city", tool["attributes"]["gen_ai.tool.call.arguments"])
        self.assertIn("It rains in", tool["attributes"]["gen_ai.tool.call.result"])
        chats = [span for span in trace.spans if span["name"] == "chat gpt-4o-mini"]
        self.assertEqual(len(chats), 2)

    def test_a_model_without_a_providers_answer_is_recorded_by_what_it_said(self):
        self.engine(MockLLM()).query("What is a span?")
        [trace] = self.traces()
        [completion] = [span for span in trace.spans
                        if span["attributes"].get("gen_ai.operation.name") in ("text_completion", "chat")]
        self.assertIn("What is a span?", json.dumps(completion["attributes"]["gen_ai.output.messages"]))
        self.assertNotIn("gen_ai.usage.input_tokens", completion["attributes"])

    def test_exits_that_never_come_leak_nothing(self):
        framework = Framework(self.sonde.library, "lossy", max_open_spans=10)
        for number in range(50):
            framework.enter(f"lost-{number}", "Lost")
        self.assertEqual(framework.open_spans(), 10)
        framework.close()
        lost = [span for trace in self.traces() for span in trace.spans]
        self.assertEqual(len(lost), 50)
        for span in lost:
            self.assertIs(span["attributes"]["sonde.span.abandoned"], True)


if __name__ == "__main__":
    unittest.main()
