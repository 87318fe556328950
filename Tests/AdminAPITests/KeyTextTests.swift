import Datastore
import Testing

@testable import AdminAPI

@Suite struct KeyTextTests {
    @Test(
        "What is written reads back as the same key",
        arguments: [
            Key("Message", id: 5_629_499_534_213_120), Key("StorageLog", name: "1"), Key("K", name: "name:x"),
            Key("K", name: "id:7"), Key("a/b%", name: "c/d%/\u{0}\u{7F}"), Key("K", name: "é"),
            Key("K", name: "e\u{301}"),
            Key("Photo", id: 7, parent: Key("Album", name: "2020")), Key("K", id: .max), Key("K", name: " "),
            Key("K", name: "x", namespace: "tenant"),
        ])
    func roundTrip(key: Key) throws {
        #expect(try KeyText.parse(KeyText.write(key), namespace: key.namespace) == key)
    }

    @Test("The text is gcloud-like")
    func form() {
        #expect(KeyText.write(Key("Message", id: 5)) == "Message/5")
        #expect(KeyText.write(Key("StorageLog", name: "1")) == "StorageLog/name:1")
        #expect(KeyText.write(Key("B", id: 2, parent: Key("A/", name: "%"))) == "A%2F/name:%25/B/2")
    }

    @Test("Digits are an id, id: is an id, all else is a name")
    func identifiers() throws {
        #expect(try KeyText.parse("K/007", namespace: "") == Key("K", id: 7))
        #expect(try KeyText.parse("K/id:7", namespace: "") == Key("K", id: 7))
        #expect(try KeyText.parse("K/abc", namespace: "") == Key("K", name: "abc"))
        #expect(try KeyText.parse("K/-5", namespace: "n") == Key("K", name: "-5", namespace: "n"))
        #expect(try KeyText.parse("K/name:5", namespace: "") == Key("K", name: "5"))
        #expect(try KeyText.parse("K/5a", namespace: "") == Key("K", name: "5a"))
    }

    @Test(
        "What is no key is refused",
        arguments: [
            "", "K", "K/", "/1", "K/1/", "K/1/L", "K//L/1", "K/0", "K/id:", "K/id:x", "K/id:-1", "K/name:",
            "K/9223372036854775808", "K/%", "K/%4", "K/%zz", "K/%ff", "K/1/L/", "/",
        ])
    func refused(text: String) {
        #expect(throws: AdminProblem.self) { try KeyText.parse(text, namespace: "") }
    }
}
