import Foundation
import Settings
import Testing

/// For each rule a bad file, `testdata/refused/CASE.yaml`, and what is said of it, `CASE.expected`.
@Suite("SettingsLoader and bad files")
struct RefusedSettingsTests {
    @Test("every bad file gets its expected messages, all of them at once", arguments: TestData.cases("refused"))
    func refused(name: String) throws {
        let folder = TestData.folder("refused")
        let expected = try String(contentsOf: folder.appending(path: "\(name).expected"), encoding: .utf8)
        let file = folder.appending(path: "\(name).yaml").path
        let errors = #expect(throws: SettingsErrors.self) {
            try TestData.load(configFile: file, environment: ["RUNTIME_DIRECTORY": "/run/trivet"])
        }
        let described = errors?.description.replacing("\(folder.path)/", with: "")
        #expect(described.map { $0 + "\n" } == expected)
    }

    @Test("every good file is taken", arguments: TestData.cases("accepted"))
    func accepted(name: String) throws {
        let file = TestData.folder("accepted").appending(path: "\(name).yaml").path
        _ = try TestData.load(configFile: file)
    }

    @Test("a file that is named and missing is an error, and so is one that cannot be read")
    func unreadable() {
        for (path, reason) in [("/nonexistent/trivet.yaml", "No such file"), ("/tmp", "Is a directory")] {
            let errors = #expect(throws: SettingsErrors.self) { try TestData.load(configFile: path) }
            #expect(errors?.problems.count == 1)
            #expect(errors?.description.hasPrefix("\(path): cannot be read: \(reason)") == true)
        }
    }

    @Test("a file that is no settings file by its size is not read into memory")
    func tooLarge() {
        let errors = #expect(throws: SettingsErrors.self) { try TestData.load(configFile: "/dev/zero") }
        #expect(errors?.description == "/dev/zero: is not a settings file: it is larger than 1MiB")
    }

    @Test("random bytes and damaged files never stop the program")
    func damaged() throws {
        var generator = SystemRandomNumberGenerator()
        let good = Array(try Data(contentsOf: TestData.folder("accepted").appending(path: "open-to-the-world.yaml")))
        let file = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        for _ in 0..<150 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(contentsOf: good.suffix(good.count / 3), at: index)
                }
            }
            try Data(bytes).write(to: file)
            do throws(SettingsErrors) {
                _ = try TestData.load(configFile: file.path)
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
    }
}
