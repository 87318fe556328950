import RequestLog
import Testing

@Suite("InsertID")
struct InsertIDTests {
    @Test("The text form has eight and fourteen digits and reads back")
    func text() throws {
        let id = try #require(InsertID(boot: 42, sequence: 499))
        #expect(id.description == "0000002a-000000000001f3")
        #expect(InsertID(id.description) == id)
        #expect(id.boot == 42 && id.sequence == 499)
    }

    @Test("The text sorts as the ids do")
    func order() throws {
        let ids = try [(1, 1), (1, 16), (1, 1 << 37), (2, 0), (16, 3), (1 << 24, 0)].map { boot, sequence in
            try #require(InsertID(boot: boot, sequence: sequence))
        }
        #expect(ids.sorted() == ids)
        #expect(ids.map(\.description).sorted() == ids.map(\.description))
    }

    @Test(
        "Other texts are no ids",
        arguments: [
            "", "-", "0000002a", "0000002a-", "2a-1f3", "0000002a-000000000001f", "0000002a-000000000001f3-",
            "+000002a-000000000001f3", "0000002a-0000000000g1f3", "ffffffff-00000000000001", "00000001-ffffffffffffff",
            "0000002a-000000000001f3 ", "0000002a_00000000000001f3",
        ])
    func others(text: String) {
        #expect(InsertID(text) == nil)
    }
}
