import AdminAPI
import CloudAPI
import Hosting

/// All that the admin's addresses answer: the admin API, and the routes in Google's shapes.
struct AdminInterface: HostedService {
    static let service = "admin"
    let name = AdminInterface.service
    let routes: [Route]
    private let admin: AdminService

    init(admin: AdminService, cloud: CloudAPI) {
        self.admin = admin
        routes = admin.routes + cloud.routes
    }

    func render(_ problem: HTTPProblem) -> HostedResponse { admin.render(problem) }
}
