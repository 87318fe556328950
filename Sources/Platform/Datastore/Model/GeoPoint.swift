/// A place on earth.
public struct GeoPoint: Sendable, Hashable {
    /// Degrees from -90 to 90.
    public let latitude: Double
    /// Degrees from -180 to 180.
    public let longitude: Double

    /// Creates a place.
    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Equal when the bits of both are.
    public static func == (left: GeoPoint, right: GeoPoint) -> Bool {
        left.latitude.bitPattern == right.latitude.bitPattern
            && left.longitude.bitPattern == right.longitude.bitPattern
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(latitude.bitPattern)
        hasher.combine(longitude.bitPattern)
    }
}
