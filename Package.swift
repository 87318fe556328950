// swift-tools-version: 6.2
import PackageDescription

/// One set of compiler settings for every Swift target of the house: a warning is an error, and an import shows only
/// what it names.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func nio(_ names: String...) -> [Target.Dependency] {
    names.map { .product(name: $0, package: "swift-nio") }
}

/// For what is asked now and then and is large: small code goes before fast code.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]

/// A room of the house: `room` is its folder under Sources, whose last part is the target's name.
func library(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
    let name = String(room.split(separator: "/").last ?? "")
    return .target(
        name: name, dependencies: dependencies, path: "Sources/\(room)",
        swiftSettings: room.hasPrefix("Admin/") ? house + small : house)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: house)
}

/// A test target, which may use what Tests/TestSupport has; `excluding` names folders of test data, which the tests read where they stand.
func tests(_ name: String, _ dependencies: [Target.Dependency], excluding: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", exclude: excluding,
        swiftSettings: house)
}

/// What tests of several targets share: `name` is its folder under Tests/Support.
func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: house)
}

let package = Package(
    name: "trivet",
    products: [
        .executable(name: "trivetd", targets: ["trivetd"]),
        .executable(name: "trivetctl", targets: ["trivetctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        program(
            "trivetd",
            [
                "AdminModel", "ApplicationLog", "Daemon", "Hosting", "ServiceManager", "Settings", argumentParser,
                logging, unixSignals,
            ]),
        program("trivetctl", ["Commands", argumentParser]),
        .executableTarget(
            name: "metric-history-benchmark",
            dependencies: ["Database", "Instruments", "MetricHistory", "Settings", coreMetrics, logging],
            path: "Benchmarks/MetricHistory", swiftSettings: house),

        library(
            "Daemon",
            [
                "AdminAPI", "ApplicationLog", "Audit", "CloudAPI", "Database", "Datastore", "Health", "HelloWorld",
                "Hosting", "Identity", "Instruments", "MessageBoard", "MetricDescribing", "MetricHistory",
                "ObjectStorage", "PubSub", "RequestLog", "Scheduling", "ServiceManager", "Settings", "SQLiteEngine",
                "StorageLogging", "Transfer", coreMetrics, httpTypes, lifecycle, logging, unixSignals,
            ]),

        library(
            "Admin/Commands",
            ["AdminModel", "JSON", "MediaTypes", "Settings", "Transfer", "YAML", argumentParser, yams]),
        library(
            "Admin/AdminAPI",
            [
                "AdminAccess", "AdminModel", "ApplicationLog", "Audit", "Datastore", "Health", "Hosting", "Identity",
                "Instruments", "JSON", "MetricHistory", "ObjectStorage", "PubSub", "RequestLog", "Scheduling",
                "Settings", "Transfer", httpTypes,
            ]),
        library(
            "Admin/CloudAPI",
            [
                "AdminAccess", "CLinux", "Datastore", "Hosting", "Identity", "JSON", "ObjectStorage", "PubSub",
                "RequestLog", "Scheduling", "Settings", "Transfer", httpTypes,
            ]),
        library("Admin/AdminAccess", ["Hosting", "Identity"]),
        library("Admin/AdminModel", []),

        library("Services/HelloWorld", ["Hosting", "JSON", httpTypes]),
        library("Services/MessageBoard", ["Datastore", "Hosting", "JSON", httpTypes, logging]),
        library(
            "Services/StorageLogging", ["Datastore", "Hosting", "JSON", "MetricDescribing", coreMetrics, httpTypes]),

        library(
            "Platform/Hosting",
            [
                "ApplicationLog", "CLinux", "Compression", "JSON", "MetricDescribing", "RequestLog", "Settings",
                httpTypes, lifecycle,
                logging, coreMetrics,
            ]
                + nio("NIOCore", "NIOHTTP1", "NIOPosix")),
        library(
            "Platform/Scheduling",
            ["Datastore", "JSON", "MetricDescribing", "Settings", "Transfer", coreMetrics, lifecycle, logging]),
        library("Platform/Audit", ["Datastore", "JSON", "MetricDescribing", coreMetrics, lifecycle, logging]),
        library(
            "Platform/Identity",
            [
                "Datastore", "JSON", "MetricDescribing", "Settings", "Transfer", coreMetrics, crypto, cryptoExtras,
                jwtKit, logging,
            ]),
        library(
            "Platform/PubSub",
            [
                "Datastore", "JSON", "MetricDescribing", "Settings", "Transfer", coreMetrics, deque, heap, lifecycle,
                logging,
            ]),
        library(
            "Platform/ObjectStorage",
            ["CLinux", "Datastore", "JSON", "MediaTypes", "MetricDescribing", coreMetrics, crypto, lifecycle, logging]),
        library("Platform/SQLiteEngine", ["Database", "Datastore", grdb]),
        library("Platform/Datastore", ["JSON", "MetricDescribing", coreMetrics, lifecycle, logging]),

        library(
            "Observability/RequestLog",
            ["Database", "MetricDescribing", "Settings", coreMetrics, grdb, lifecycle, logging]),
        library(
            "Observability/MetricHistory",
            ["Database", "Instruments", "MetricDescribing", "Settings", coreMetrics, grdb, lifecycle, logging]),
        library("Observability/ApplicationLog", ["JSON", "Settings", logging]),
        library("Observability/Instruments", ["MetricDescribing", coreMetrics]),
        library("Observability/Health", ["MetricDescribing", lifecycle, logging, metrics]),

        library("Support/Settings", ["YAML", yams]),
        library("Support/YAML", [yams]),
        library("Support/Database", ["MetricDescribing", coreMetrics, grdb, grdbSQLite, logging]),
        library("Support/Transfer", ["CCurl", "MetricDescribing", coreMetrics]),
        library("Support/JSON", []),
        library("Support/ServiceManager", [logging]),
        library("Support/Compression", ["CZlib"]),
        library("Support/MediaTypes", []),
        library("Support/MetricDescribing", [coreMetrics]),
        .systemLibrary(
            name: "CCurl", path: "Sources/Support/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/Support/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux", path: "Sources/Support/CLinux"),

        support("TestSupport", ["CLinux", "Transfer"]),
        tests(
            "AdminAPITests",
            [
                "AdminAccess", "AdminAPI", "AdminModel", "ApplicationLog", "Audit", "Commands", "Database",
                "Datastore", "Health", "Hosting", "Identity", "Instruments", "JSON", "MetricHistory",
                "ObjectStorage", "PubSub", "RequestLog", "Scheduling", "Settings", "SQLiteEngine",
                "Transfer", coreMetrics, httpTypes, lifecycle, logging,
            ]),
        tests(
            "CloudAPITests",
            [
                "AdminAccess", "CloudAPI", "Database", "Datastore", "Hosting", "Identity", "JSON", "ObjectStorage",
                "PubSub", "RequestLog", "Scheduling", "Settings", "SQLiteEngine", "Transfer", coreMetrics, httpTypes,
                lifecycle, logging,
            ]),
        tests(
            "ObjectStorageTests",
            [
                "CLinux", "Database", "Datastore", "JSON", "ObjectStorage", "SQLiteEngine", coreMetrics, logging,
            ]),
        tests("ApplicationLogTests", ["ApplicationLog", "JSON", "Settings", logging]),
        tests(
            "AuditTests",
            [
                "Audit", "Database", "Datastore", "Instruments", "JSON", "SQLiteEngine", coreMetrics, lifecycle,
                logging,
            ]),
        tests("CommandsTests", ["AdminModel", "Commands", "JSON", "Settings", argumentParser]),
        tests("HealthTests", ["Health", coreMetrics, lifecycle, logging]),
        tests("InstrumentsTests", ["Instruments", "MetricDescribing", coreMetrics]),
        tests(
            "HostingTests",
            ["Hosting", "JSON", "RequestLog", "Settings", httpTypes, lifecycle, logging, metricsTestKit]
                + nio("NIOCore")),
        tests(
            "DaemonTests",
            [
                "Daemon", "Database", "Datastore", "Hosting", "Instruments", "SQLiteEngine", "Settings", "Transfer",
                coreMetrics, httpTypes, lifecycle, logging,
            ]),
        support("TestReceiver", ["JSON"]),
        tests("EndToEndTests", ["JSON", "TestReceiver", "Transfer", "trivetd", "trivetctl"], excluding: ["Python"]),
        tests("HelloWorldTests", ["HelloWorld", "Hosting", "JSON", httpTypes]),
        tests("CompressionTests", ["Compression"]),
        tests("JSONTests", ["JSON"]),
        tests(
            "MessageBoardTests",
            [
                "Database", "Datastore", "Hosting", "JSON", "MessageBoard", "SQLiteEngine", httpTypes, logging,
                metricsTestKit,
            ]),
        tests(
            "StorageLoggingTests",
            [
                "Database", "Datastore", "Hosting", "JSON", "SQLiteEngine", "StorageLogging", httpTypes, logging,
                metricsTestKit,
            ]),
        tests(
            "DatastoreTests",
            ["Database", "Datastore", "Instruments", "JSON", "SQLiteEngine", coreMetrics, lifecycle, logging]),
        tests("SQLiteEngineTests", ["Database", "Datastore", "SQLiteEngine", coreMetrics, grdb, logging]),
        tests("SettingsTests", ["Settings"], excluding: ["testdata"]),
        tests(
            "SchedulingTests",
            [
                "Database", "Datastore", "Instruments", "Scheduling", "Settings", "SQLiteEngine", "Transfer",
                coreMetrics, lifecycle, logging,
            ]),
        tests("ServiceManagerTests", ["ServiceManager", logging]),
        tests(
            "IdentityTests",
            [
                "Database", "Datastore", "Hosting", "Identity", "Instruments", "JSON", "Settings", "SQLiteEngine",
                "Transfer", coreMetrics, crypto, cryptoExtras, httpTypes, lifecycle, logging,
            ]),
        tests(
            "PubSubTests",
            [
                "Database", "Datastore", "Instruments", "JSON", "PubSub", "Settings", "SQLiteEngine", "TestReceiver",
                "Transfer", coreMetrics, lifecycle, logging,
            ]),
        tests("TransferTests", ["Instruments", "Transfer"]),
        tests("DatabaseTests", ["Database", "Instruments", coreMetrics, grdb, logging]),
        tests(
            "MetricHistoryTests",
            ["Database", "Instruments", "MetricHistory", "Settings", coreMetrics, grdb, lifecycle, logging]),
        tests(
            "RequestLogTests",
            ["Database", "Instruments", "RequestLog", "Settings", coreMetrics, grdb, lifecycle, logging]),
    ]
)
