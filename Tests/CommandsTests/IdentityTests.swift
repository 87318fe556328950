import Testing

@testable import Commands

@Suite struct IdentityTests {
    private let token = """
        {"token":"a.b.c","email":"root@trivet.local","audience":"x","expireTime":"2026-11-26T12:11:06Z"}
        """

    @Test("A token is printed bare, so that $(…) takes it")
    func bareToken() async {
        let bench = CommandBench()
        bench.daemon.answer("POST /admin/v1/auth/identityToken", token)
        #expect(await bench.run("auth", "print-identity-token") == 0)
        #expect(bench.output.text == "a.b.c\n")
        #expect(await bench.run("auth", "print-identity-token", "--format", "value(email)") == 0)
        #expect(bench.output.text == "a.b.c\nroot@trivet.local\n")
    }

    @Test("What a token is to be goes out as asked")
    func requests() async {
        let bench = CommandBench()
        bench.daemon.answer("POST /admin/v1/auth/identityToken", token)
        _ = await bench.run(
            "auth", "print-identity-token", "--impersonate-service-account=a@b.c", "--audiences=http://x")
        #expect(bench.daemon.bodies.last == #"{"audience":"http://x","serviceAccount":"a@b.c"}"#)
    }

    @Test("A delete asks on a terminal, and deletes nothing without a yes")
    func delete() async {
        var bench = CommandBench()
        bench.terminal = Terminal(input: true, output: true, messages: true)
        bench.answerToQuestion = "n"
        #expect(await bench.run("iam", "service-accounts", "delete", "pusher-one") == 1)
        #expect(bench.messages.text.contains("Delete the service account pusher-one?"))
    }

    @Test("A binding without a member or a role is wrong usage")
    func usage() async {
        let bench = CommandBench()
        #expect(await bench.run("services", "add-iam-policy-binding", "s", "--role=roles/run.invoker") == 2)
        #expect(await bench.run("projects", "add-iam-policy-binding", "p", "--member=allUsers") == 2)
        #expect(await bench.run("iam", "service-accounts", "create") == 2)
    }
}
