import Datastore
import JSON
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveDatastoreTests {
    private func fill(_ datastore: Datastore) async throws {
        for number in 1...5 {
            var entity = Entity(key: Key("Message", id: Int64(number)))
            entity["name"] = .string("Bob")
            entity["number"] = .integer(.max)
            entity["half"] = .double(1)
            try await datastore.put(entity)
        }
        try await datastore.put(Entity(key: Key("Odd/%", name: "1", parent: Key("Message", id: 1))))
        try await datastore.put(Entity(key: Key("Message", id: 9, namespace: "tenant")))
        try await datastore.put(Entity(key: Key("Secret", id: 1, namespace: Key.platformNamespace)))
    }

    @Test("Kinds, lists, pages, ancestors and namespaces")
    func lists() async throws {
        try await LiveDaemon.run { daemon in
            try await fill(daemon.datastore)
            let kinds = await daemon.trivetctl("datastore", "kinds", "list", "--format", "value(kind,count)")
            #expect(kinds.lines == ["Message\t5", "Odd/%\t1"])
            let keys = await daemon.trivetctl("datastore", "entities", "list", "Message", "--format", "value(key)")
            #expect(keys.lines == (1...5).map { "Message/\($0)" })
            let page = try await daemon.ask("GET", "/admin/v1/datastore/entities?kind=Message&limit=2").json.object
            let token = try #require(page?["nextPageToken"]?.string)
            let next = try await daemon.ask(
                "GET", "/admin/v1/datastore/entities?kind=Message&limit=3&pageToken=\(token)")
            #expect(next.json.object?["entities"]?.array?.first?.object?["key"] == "Message/3")
            let below = await daemon.trivetctl(
                "datastore", "entities", "list", "Odd/%", "--ancestor", "Message/1", "--format", "value(key)")
            #expect(below.lines == ["Message/1/Odd%2F%25/name:1"])
            let tenant = await daemon.trivetctl(
                "datastore", "entities", "list", "Message", "--namespace", "tenant", "--format", "value(key)")
            #expect(tenant.lines == ["Message/9"])
            #expect(await daemon.trivetctl("datastore", "kinds", "list", "--namespace", "__trivet__").exit == 4)
        }
    }

    @Test("An entity is shown exactly, deleted once, and then not found")
    func entity() async throws {
        try await LiveDaemon.run { daemon in
            try await fill(daemon.datastore)
            let shown = await daemon.trivetctl(
                "datastore", "entities", "describe", "Message/1", "--format", "value(properties)")
            #expect(
                shown.lines == [
                    #"{"half":{"doubleValue":1.0},"name":{"stringValue":"Bob"},"#
                        + #""number":{"integerValue":"9223372036854775807"}}"#
                ])
            let odd = "Message/1/Odd%2F%25/name:1"
            #expect(await daemon.trivetctl("datastore", "entities", "describe", odd).exit == 0)
            #expect(await daemon.trivetctl("datastore", "entities", "delete", odd).exit == 0)
            #expect(await daemon.trivetctl("datastore", "entities", "delete", odd).exit == 5)
            #expect(await daemon.trivetctl("datastore", "entities", "describe", odd).exit == 5)
            #expect(await daemon.trivetctl("datastore", "entities", "describe", "Message/x:y/z").exit == 2)
            let secret = ["Secret/1", "--namespace", "__trivet__"]
            #expect(
                await daemon.trivetctl("datastore", "entities", "delete", secret[0], secret[1], secret[2]).exit == 4)
            #expect(try await daemon.datastore.lookup(Key("Secret", id: 1, namespace: Key.platformNamespace)) != nil)
        }
    }

    @Test("Indexes are built, listed, applied again and deleted")
    func indexes() async throws {
        try await LiveDaemon.run { daemon in
            try await fill(daemon.datastore)
            let file = """
                indexes:
                - kind: Message
                  properties: [{name: name}, {name: number, direction: desc}]
                """
            let create = ["datastore", "indexes", "create", "index.yaml", "--format", "value(id,state)"]
            let made = await daemon.trivetctl(create, file: file)
            #expect(made.exit == 0, "\(made.words)")
            #expect(made.lines.first?.hasSuffix("\tREADY") == true)
            let again = await daemon.trivetctl(create, file: file)
            #expect(again.lines == made.lines)
            let id = try #require(made.lines.first?.split(separator: "\t").first.map(String.init))
            #expect(await daemon.trivetctl("datastore", "indexes", "list", "--format", "value(id)").lines == [id])
            let all = await daemon.trivetctl("datastore", "indexes", "list", "--all", "--format", "value(origin)")
            #expect(all.lines.contains("declared"))
            #expect(await daemon.trivetctl("datastore", "indexes", "delete", id).exit == 0)
            #expect(await daemon.trivetctl("datastore", "indexes", "delete", "999").exit == 5)
            let declared = try #require(daemon.datastore.indexes().first { $0.origin == .declared })
            #expect(await daemon.trivetctl("datastore", "indexes", "delete", "\(declared.id)").exit == 1)
        }
    }
}
