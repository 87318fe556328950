import Commands
import Testing

@Suite struct PubSubTests {
    private let subscription = #"""
        {"name":"projects/p/subscriptions/my-sub","topic":"projects/p/topics/my-topic",
        "pushConfig":{"pushEndpoint":"http://x/"},"ackDeadlineSeconds":10,"retainAckedMessages":false,
        "messageRetentionDuration":"604800s","filter":"","enableMessageOrdering":false,"detached":false,
        "createTime":"2026-11-26T00:00:00Z","status":{"backlog":2,"outstanding":1,"pushWindow":3,
        "lastPushFailure":{"time":"2026-11-26T00:00:01Z","status":500,"message":"answered 500: \u001b[31m"}}}
        """#

    @Test("A message's data and attributes go to the daemon as they were given")
    func publish() async {
        let bench = CommandBench()
        bench.daemon.answer("POST /admin/v1/pubsub/topics/storage-event:publish", #"{"messageIds":["17"]}"#)
        let exit = await bench.run(
            "pubsub", "topics", "publish", "projects/p/topics/storage-event", "--message", "{\"a\":1}",
            "--attribute", "eventType=OBJECT_FINALIZE,x=a=b", "--attribute", "y=", "--format", "value(messageIds)")
        #expect(exit == 0)
        #expect(bench.output.lines == ["17"])
        #expect(
            bench.daemon.bodies == [
                #"{"messages":[{"attributes":{"eventType":"OBJECT_FINALIZE","x":"a=b","y":""},"data":"eyJhIjoxfQ=="}]}"#
            ])
    }

    @Test("Data comes from stdin when there is no terminal, and only then")
    func publishFromInput() async {
        var bench = CommandBench()
        bench.files["-"] = "from stdin"
        bench.daemon.answer("POST /admin/v1/pubsub/topics/abc:publish", #"{"messageIds":["17"]}"#)
        #expect(await bench.run("pubsub", "topics", "publish", "abc") == 0)
        #expect(bench.daemon.bodies == [#"{"messages":[{"data":"ZnJvbSBzdGRpbg=="}]}"#])
        bench.terminal = Terminal(input: true, output: true, messages: true)
        #expect(await bench.run("pubsub", "topics", "publish", "abc") == 2)
    }

    @Test(
        "Wrong usage is told before the daemon is asked",
        arguments: [
            ["topics", "publish", "abc", "--attribute", "a"], ["topics", "publish", "abc", "--attribute", "=b"],
            ["topics", "publish", "abc", "--attribute", "a=1,a=2"], ["topics", "describe", "projects/p/abc"],
            ["subscriptions", "describe", "projects/p/topics/abc"], ["subscriptions", "create", "abc"],
            ["subscriptions", "create", "abc", "--topic", "t", "--push-no-wrapper"],
            ["subscriptions", "create", "abc", "--topic", "t", "--max-delivery-attempts", "5"],
            ["subscriptions", "create", "abc", "--topic", "t", "--push-auth-token-audience", "a"],
            ["subscriptions", "update", "abc"], ["subscriptions", "ack", "abc"], ["subscriptions", "seek", "abc"],
            ["subscriptions", "update", "abc", "--clear-retry-policy", "--min-retry-delay", "1s"],
        ])
    func wrongUsage(arguments: [String]) async {
        let bench = CommandBench()
        #expect(await bench.run(["pubsub"] + arguments) == 2)
        #expect(bench.daemon.requests.isEmpty)
    }

    @Test("A subscription is described with its last failure, which cannot steer the terminal")
    func describe() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/pubsub/subscriptions/my-sub", subscription)
        #expect(await bench.run("pubsub", "subscriptions", "describe", "my-sub") == 0)
        #expect(bench.output.text.contains("backlog                   2\n"))
        #expect(bench.output.text.contains(#"answered 500: \u001b[31m"#))
    }

    @Test("What an update does not name is not sent, and what it clears is null")
    func update() async {
        let bench = CommandBench()
        bench.daemon.answer("PATCH /admin/v1/pubsub/subscriptions/my-sub", subscription)
        let exit = await bench.run(
            "pubsub", "subscriptions", "update", "my-sub", "--no-retain-acked-messages", "--clear-retry-policy",
            "--push-endpoint", "", "--expiration-period", "never")
        #expect(exit == 0)
        #expect(
            bench.daemon.bodies == [
                #"{"expirationPolicy":null,"pushConfig":null,"retainAckedMessages":false,"retryPolicy":null}"#
            ])
    }

    @Test("A push is set as a whole: what of it is not given is none")
    func updatePush() async {
        let bench = CommandBench()
        bench.daemon.answer("PATCH /admin/v1/pubsub/subscriptions/my-sub", subscription)
        let exit = await bench.run(
            "pubsub", "subscriptions", "update", "my-sub", "--push-endpoint", "http://x/",
            "--push-auth-service-account", "a@b.c")
        #expect(exit == 0)
        let token = #"{"audience":null,"serviceAccountEmail":"a@b.c"}"#
        #expect(
            bench.daemon.bodies == [
                #"{"pushConfig":{"noWrapper":null,"oidcToken":\#(token),"pushEndpoint":"http://x/"}}"#
            ])
    }

    @Test("Pulled messages are shown exactly, and acknowledged where that is asked for")
    func pull() async {
        let bench = CommandBench()
        let message = #"{"ackId":"A","message":{"attributes":{"n":"1"},"data":"aGk=","messageId":"17"}}"#
        bench.daemon.answer(
            "POST /admin/v1/pubsub/subscriptions/my-sub:pull", "{\"receivedMessages\":[\(message)]}")
        bench.daemon.answer(
            "POST /admin/v1/pubsub/subscriptions/my-sub:acknowledge", #"{"count":1,"ignored":0}"#)
        let exit = await bench.run(
            "pubsub", "subscriptions", "pull", "my-sub", "--limit", "5", "--wait", "10s", "--auto-ack", "--format",
            "ndjson")
        #expect(exit == 0)
        #expect(bench.output.lines == [message])
        #expect(bench.daemon.bodies == [#"{"maxMessages":5,"wait":"10s"}"#, #"{"ackIds":["A"]}"#])
        #expect(await bench.run("pubsub", "subscriptions", "pull", "my-sub") == 0)
        #expect(bench.output.text.contains("hi    17"))
    }

    @Test("An acknowledgement that came too late ends with 1")
    func lateAck() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "POST /admin/v1/pubsub/subscriptions/my-sub:acknowledge", #"{"count":1,"ignored":1}"#)
        #expect(await bench.run("pubsub", "subscriptions", "ack", "my-sub", "A", "B") == 1)
    }
}
