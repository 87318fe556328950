import Testing

@testable import Daemon

@Suite struct FreePageWindowTests {
    @Test("Only what stayed free over the whole window is given back, and some is kept")
    func surplus() {
        var window = FreePageWindow(length: 3)
        #expect(window.note(free: 9_000, of: 10_000) == 0)
        #expect(window.note(free: 5_000, of: 10_000) == 0)
        #expect(window.note(free: 9_000, of: 10_000) == 5_000 - 1_024)
        #expect(window.note(free: 9_000, of: 10_000) == 5_000 - 1_024)
        #expect(window.note(free: 9_000, of: 10_000) == 9_000 - 1_024)
    }

    @Test("A file whose pages fill again between two purges keeps them")
    func reuse() {
        var window = FreePageWindow(length: 6)
        for look in 0..<100 { #expect(window.note(free: look % 6 == 0 ? 100 : 50_000, of: 60_000) == 0) }
    }

    @Test("What was given back does not count again; a large file keeps a twentieth")
    func givenBack() {
        var window = FreePageWindow(length: 2)
        _ = window.note(free: 80_000, of: 100_000)
        let surplus = window.note(free: 80_000, of: 100_000)
        #expect(surplus == 75_000)
        window.gaveBack(surplus)
        #expect(window.note(free: 5_000, of: 25_000) == 5_000 - 1_250)
        #expect(window.note(free: 500, of: 25_000) == 0)
    }
}
