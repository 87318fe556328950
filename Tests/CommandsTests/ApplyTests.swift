import Commands
import JSON
import Testing

@Suite struct ApplyTests {
    private static let check = "POST /admin/v1/resources:check"
    private static let all =
        "GET /admin/v1/resources?"
        + "kind=serviceAccounts&kind=topics&kind=subscriptions&kind=roleBindings&kind=buckets&kind=notifications"
        + "&kind=jobs&kind=indexes"

    /// A daemon that has the topics `old` and `kept`, and finds nothing wrong with two more.
    private func bench() -> CommandBench {
        var bench = CommandBench()
        bench.files["f"] = "topics:\n- name: a\n- name: b\n- name: kept\n"
        bench.daemon.answer(
            Self.check,
            #"{"results":[{"resource":{"name":"a"}},{"resource":{"name":"b"}},{"resource":{"name":"kept"}}]}"#)
        bench.daemon.answer(
            Self.all,
            #"""
            {"project":"p","leftOut":[],"resources":[{"kind":"topics","resource":{"name":"old"}},
            {"kind":"topics","resource":{"name":"kept"}}]}
            """#)
        return bench
    }

    @Test("A dry run shows what would be done, asks for no change, and exits with 6")
    func dryRun() async {
        let bench = bench()
        #expect(await bench.run("apply", "-f", "f", "--dry-run", "--prune") == 6)
        #expect(
            bench.output.text == """
                + topic a
                +     name: a
                + topic b
                +     name: b
                - topic old
                dry run: 2 to create, 0 to update, 1 to delete, 1 unchanged

                """)
        #expect(bench.daemon.requests == [Self.check, Self.all])
        #expect(bench.messages.text.isEmpty)
    }

    @Test("The diff is coloured on a terminal, and only there")
    func colours() async {
        for isTerminal in [true, false] {
            var bench = bench()
            bench.terminal = Terminal(output: isTerminal)
            #expect(await bench.run("apply", "-f", "f", "--dry-run") == 6)
            #expect(bench.output.text.contains("\u{1B}[32m+ topic a\u{1B}[0m") == isTerminal)
        }
    }

    @Test("Changes are made, those of one kind before what is pruned")
    func applied() async throws {
        let bench = bench()
        bench.daemon.answer("POST /admin/v1/pubsub/topics", "{}")
        bench.daemon.answer("DELETE /admin/v1/pubsub/topics/old", "{}")
        #expect(await bench.run("apply", "-f", "f", "--prune", "--format", "json") == 0)
        #expect(bench.daemon.requests.last == "DELETE /admin/v1/pubsub/topics/old")
        let changes = try JSONValue(parsing: Array(bench.output.text.utf8)).array
        #expect(changes?.map { $0.object?["action"] } == ["create", "create", "delete"])
        #expect(changes?.map { $0.object?["state"] } == ["done", "done", "done"])
        #expect(
            changes?.first
                == [
                    "action": "create", "differences": [["after": "a", "member": "name"]], "kind": "topics",
                    "name": "a", "place": "f:2", "state": "done",
                ])
    }

    @Test("Before a pruning is asked on a terminal, with what would go; no is no change at all")
    func asks() async {
        var bench = bench()
        bench.terminal = Terminal(input: true, output: true, messages: true)
        bench.answerToQuestion = "n"
        #expect(await bench.run("apply", "-f", "f", "--prune") == 1)
        #expect(bench.messages.text.hasPrefix("Delete what no file declares: topic old? [y/N] "))
        #expect(bench.daemon.requests == [Self.check, Self.all])
    }

    @Test("A failure in the middle tells what was made and what was not")
    func failure() async throws {
        let bench = bench()
        bench.daemon.answer("POST /admin/v1/pubsub/topics", "{}")
        bench.daemon.answer(
            "POST /admin/v1/pubsub/topics", status: 507, Sample.failure(507, "RESOURCE_EXHAUSTED", "no room"))
        #expect(await bench.run("apply", "-f", "f", "--prune", "--format", "value(action,name,state)") == 1)
        let lines = bench.output.lines
        #expect(lines.count == 3)
        #expect(lines.count { $0.hasSuffix("\tdone") } == 1)
        #expect(lines.count { $0.hasSuffix("\tfailed") } == 1)
        #expect(lines.last == "delete\told\tnot done")
        #expect(bench.messages.text.contains(": no room\n"))
        #expect(bench.messages.text.contains("1 of 3 changes were made, 1 failed, 1 were not tried"))
    }

    @Test("What is wrong with the files is told even when no daemon answers")
    func unreachable() async {
        var bench = bench()
        bench.daemon.stop()
        #expect(await bench.run("apply", "-f", "f") == 3)
        bench.files["f"] = "topics: [{ name: a, typo: 1 }]"
        #expect(await bench.run("apply", "-f", "f") == 2)
        #expect(bench.messages.text.contains("f:1: topics[a].typo: is not known here"))
    }

    @Test("Who may only read is refused with 4")
    func refused() async {
        var bench = CommandBench()
        bench.files["f"] = "topics: [{ name: a }]"
        bench.daemon.answer(Self.check, status: 403, Sample.failure(403, "PERMISSION_DENIED", "user 7 may read only"))
        #expect(await bench.run("apply", "-f", "f") == 4)
    }

    @Test("A command line without a file, and stdin twice, is wrong")
    func usage() async {
        let bench = CommandBench()
        #expect(await bench.run("apply") == 2)
        #expect(await bench.run("apply", "-f", "-", "-f", "-") == 2)
    }

    @Test("An export is in the order of the kinds, and tells what it leaves out")
    func export() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/resources?kind=topics&kind=subscriptions",
            #"""
            {"project":"p","leftOut":[{"kind":"subscriptions","name":"s","reason":"its topic was deleted"}],
            "resources":[{"kind":"topics","resource":{"name":"b","labels":{}}},
            {"kind":"topics","resource":{"name":"a","labels":{"x":"1"}}}]}
            """#)
        #expect(await bench.run("export", "--kinds", "topics,subscriptions") == 0)
        #expect(
            bench.output.text == """
                topics:
                  - name: a
                    labels:
                      x: "1"
                  - name: b

                """)
        #expect(bench.messages.text == "trivetctl: the subscription s is left out: its topic was deleted\n")
        #expect(await bench.run("export", "--kinds", "topics,nothing") == 2)
    }
}
