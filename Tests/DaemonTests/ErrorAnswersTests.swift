import Datastore
import HTTPTypes
import Hosting
import Testing

@testable import Daemon

@Suite struct ErrorAnswersTests {
    struct Cause: Error, CustomStringConvertible { let description = "SQLite error 13" }

    @Test("A full disk is 507 with a sentence that says what to do; its cause is for the record alone")
    func full() throws {
        let error = DatastoreError(.diskFull, "the disk is full: free some space", cause: Cause())
        let problem = try #require(ErrorAnswers.problem(error))
        #expect(problem.status.code == 507)
        #expect(problem.message == "the disk is full: free some space.")
        #expect(problem.reason == "the disk is full: free some space: SQLite error 13")
    }

    @Test("What is no answer to a client stays an internal error")
    func others() {
        #expect(ErrorAnswers.problem(DatastoreError(.dataLoss, "gone")) == nil)
        #expect(ErrorAnswers.problem(Cause()) == nil)
    }
}
