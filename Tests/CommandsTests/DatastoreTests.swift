import Commands
import JSON
import Testing

@Suite struct DatastoreTests {
    private let entity = "/admin/v1/datastore/entity?key=Message%2F5629499534213120"
    private let confirmable = ["datastore", "entities", "delete", "Message/5629499534213120"]

    @Test("Kinds are listed with their counts")
    func kinds() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/datastore/kinds", #"{"namespace":"","kinds":[{"kind":"Message","count":2}]}"#)
        #expect(await bench.run("datastore", "kinds", "list") == 0)
        #expect(bench.output.text == "KIND     COUNT\nMessage  2\n")
    }

    @Test("An entity keeps every digit from the daemon to stdout")
    func exactNumbers() async throws {
        let bench = CommandBench()
        bench.daemon.answer("GET \(entity)", Sample.entity)
        #expect(
            await bench.run("datastore", "entities", "describe", "Message/5629499534213120", "--format", "json") == 0)
        let shown = try JSONValue(parsing: Array(bench.output.text.utf8))
        #expect(shown == (try JSONValue(parsing: Array(Sample.entity.utf8))))
        #expect(bench.output.text.contains("\"doubleValue\": 1.0"))
    }

    @Test("Entities are listed with namespace and ancestor, page by page")
    func list() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/datastore/entities?namespace=n&kind=Message&ancestor=A%2F1&limit=100",
            "{\"entities\":[\(Sample.entity)]}")
        let exit = await bench.run(
            "datastore", "entities", "list", "Message", "--namespace", "n", "--ancestor", "A/1")
        #expect(exit == 0)
        #expect(bench.output.text.contains(#"big=9223372036854775807 half=1.0 name="Bob""#))
    }

    @Test("Without a terminal nothing is asked before a delete")
    func deleteWithoutTerminal() async {
        let bench = CommandBench()
        bench.daemon.answer("DELETE \(entity)", "{}")
        #expect(await bench.run(confirmable + ["--format", "json"]) == 0)
        #expect(bench.output.text == "{\n  \"deleted\": \"Message/5629499534213120\"\n}\n")
        #expect(bench.messages.text.isEmpty)
    }

    @Test("On a terminal a delete asks, and no is no", arguments: ["", "n", "no", "x", "Y", "yes"])
    func deleteAsks(answer: String) async {
        var bench = CommandBench()
        bench.terminal = Terminal(input: true, output: true, messages: true)
        bench.answerToQuestion = answer
        let isYes = answer == "Y" || answer == "yes"
        bench.daemon.answer("DELETE \(entity)", "{}")
        #expect(await bench.run(confirmable) == (isYes ? 0 : 1))
        #expect(bench.daemon.requests.isEmpty == !isYes)
        #expect(bench.messages.text.hasPrefix("Delete the entity Message/5629499534213120? [y/N] "))
    }

    @Test("--yes and --quiet skip the question", arguments: ["--yes", "--quiet", "-y"])
    func skipsQuestion(flag: String) async {
        var bench = CommandBench()
        bench.terminal = Terminal(input: true, output: false, messages: true)
        bench.daemon.answer("DELETE \(entity)", "{}")
        #expect(await bench.run(confirmable + [flag]) == 0)
    }

    @Test("The platform's namespace is refused with 4, a missing entity is 5")
    func refusals() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/datastore/kinds?namespace=__trivet__", status: 403,
            Sample.failure(403, "PERMISSION_DENIED", "no"))
        #expect(await bench.run("datastore", "kinds", "list", "--namespace", "__trivet__") == 4)
        bench.daemon.answer("GET \(entity)", status: 404, Sample.failure(404, "NOT_FOUND", "no entity"))
        #expect(await bench.run("datastore", "entities", "describe", "Message/5629499534213120") == 5)
    }

    @Test("Indexes are created from index.yaml and waited for")
    func createIndexes() async {
        var bench = CommandBench()
        bench.files["index.yaml"] = """
            indexes:
            - kind: Message
              ancestor: no
              properties:
              - name: name
              - name: timestamp
                direction: desc
            """
        bench.daemon.answer("POST /admin/v1/datastore/indexes", Sample.index("CREATING"))
        bench.daemon.answer("GET /admin/v1/datastore/indexes/3", Sample.index("CREATING"))
        bench.daemon.answer("GET /admin/v1/datastore/indexes/3", Sample.index("READY"))
        #expect(await bench.run("datastore", "indexes", "create", "index.yaml", "--format", "value(id,state)") == 0)
        #expect(bench.output.lines == ["3\tREADY"])
        #expect(
            bench.daemon.bodies == [
                #"{"ancestor":false,"kind":"Message","properties":[{"name":"name"},"#
                    + #"{"direction":"desc","name":"timestamp"}]}"#
            ])
    }

    @Test("--async does not wait")
    func createWithoutWaiting() async {
        var bench = CommandBench()
        bench.files["i"] = "indexes: [{kind: Message, properties: [{name: name}]}]"
        bench.daemon.answer("POST /admin/v1/datastore/indexes", Sample.index("CREATING"))
        #expect(await bench.run("datastore", "indexes", "create", "i", "--async", "--format", "value(state)") == 0)
        #expect(bench.output.lines == ["CREATING"])
    }

    @Test(
        "A file that is not an index.yaml is refused before anything is created",
        arguments: [
            "", "[]", "indexes:", "indexes: {}", "indexes: []\nmore: 1", "indexes: [{kind: A}]",
            "indexes: [{kind: A, properties: []}]", "indexes: [{kind: A, properties: [{}]}]",
            "indexes: [{kind: A, properties: [{name: a, direction: up}]}]", "indexes: [{properties: [{name: a}]}]",
            "indexes: [{kind: A, ancestor: maybe, properties: [{name: a}]}]", "indexes: [{kind: A, typo: 1}]", "\t: [",
            "indexes: [{kind: [A], properties: [{name: a}]}]", "a: &a [*a]", "indexes: !!binary x",
        ])
    func badIndexFile(text: String) async {
        var bench = CommandBench()
        bench.files["i"] = text
        #expect(await bench.run("datastore", "indexes", "create", "i") == 2)
        #expect(bench.daemon.requests.isEmpty)
        #expect(bench.messages.text.hasPrefix("trivetctl: i"))
    }

    @Test("Indexes are listed and deleted by id")
    func listAndDelete() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/datastore/indexes", "{\"indexes\":[\(Sample.index("READY"))]}")
        #expect(await bench.run("datastore", "indexes", "list") == 0)
        #expect(bench.output.text.contains("name, timestamp desc  READY"))
        bench.daemon.answer("GET /admin/v1/datastore/indexes?all=true", "{\"indexes\":[]}")
        #expect(await bench.run("datastore", "indexes", "list", "--all") == 0)
        bench.daemon.answer("DELETE /admin/v1/datastore/indexes/3", "{}")
        #expect(await bench.run("datastore", "indexes", "delete", "3") == 0)
    }
}
