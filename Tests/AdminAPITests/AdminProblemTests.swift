import AdminModel
import Datastore
import HTTPTypes
import Testing

@testable import AdminAPI

@Suite struct AdminProblemTests {
    @Test("A full disk is 507 and tells itself apart from a bound, which is 429")
    func fullDisk() throws {
        let full = try #require(AdminProblem(DatastoreError(.diskFull, "the disk is full")))
        #expect(full.status.code == 507)
        #expect(full.detail.status == "RESOURCE_EXHAUSTED")
        #expect(full.detail.message == "the disk is full")
        #expect(AdminProblem(DatastoreError(.resourceExhausted, "too many"))?.status.code == 429)
    }
}
