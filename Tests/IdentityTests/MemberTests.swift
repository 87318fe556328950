import Testing

@testable import Identity

@Suite struct MemberTests {
    @Test(
        "members are read and written in Google's form",
        arguments: ["allUsers", "allAuthenticatedUsers", "serviceAccount:a@p.iam.gserviceaccount.com", "user:b@c.org"])
    func roundTrip(text: String) throws {
        #expect(try Member.parse(text).text == text)
    }

    @Test("an email is kept in small letters")
    func smallLetters() throws {
        #expect(try Member.parse("user:Bob@Example.ORG") == .user("bob@example.org"))
    }

    @Test(
        "what is no member is refused",
        arguments: [
            "", "allusers", "user:", "user:bob", "user:@c.org", "user:a@", "user:a@b@c", "group:a@b.c", "user:a b@c.d",
            "user:a\n@b.c", "user:é@b.c", "serviceAccount:", "domain:example.org", "bob@example.org",
            "user:" + String(repeating: "a", count: 251) + "@b.c",
        ])
    func refused(text: String) {
        let error = #expect(throws: IdentityError.self) { try Member.parse(text) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("an unknown role is refused with the list of the known")
    func unknownRole() {
        let error = #expect(throws: IdentityError.self) { try Role.parse("roles/owner") }
        #expect(error?.message.contains("roles/run.invoker") == true)
    }

    @Test("a policy has one binding a role, its members once and in order, and none that is empty")
    func policy() {
        let (a, b) = (Member.user("a@x.org"), Member.user("b@x.org"))
        let policy = Policy(bindings: [
            .init(role: .viewer, members: []), .init(role: .invoker, members: [b, a]),
            .init(role: .invoker, members: [b]),
        ])
        #expect(policy.bindings == [.init(role: .invoker, members: [a, b])])
        #expect(policy.removing(a, from: .invoker).removing(b).bindings.isEmpty)
        #expect(policy.adding(a, to: .admin).members(of: .admin) == [a])
    }

    @Test(
        "an account's name keeps to Google's rule",
        arguments: [
            ("cloud-run-invoker", true), ("abcdef", true), ("abcde", false), ("1abcdef", false), ("abcdef-", false),
            ("Abcdef", false), ("abc_def", false), (String(repeating: "a", count: 31), false), ("", false),
        ])
    func names(name: String, isGood: Bool) {
        #expect(ServiceAccount.isName(name) == isGood)
    }
}
