import Datastore
public import JSON

// What Google's JSON API calls the resources of buckets, objects and notifications. Numbers are texts there.
extension StoredObject {
    /// The object's resource.
    ///
    /// - Parameter baseURL: where this daemon is reached, for the links.
    public func resource(baseURL: String) -> JSONObject {
        let path = "b/\(URLText.encode(bucket))/o/\(URLText.encode(name))"
        var resource = JSONObject()
        resource["kind"] = "storage#object"
        resource["id"] = .string("\(bucket)/\(name)/\(generation)")
        resource["selfLink"] = .string("\(baseURL)/storage/v1/\(path)")
        resource["mediaLink"] = .string("\(baseURL)/download/storage/v1/\(path)?generation=\(generation)&alt=media")
        resource["name"] = .string(name)
        resource["bucket"] = .string(bucket)
        resource["generation"] = .string(String(generation))
        resource["metageneration"] = .string(String(metageneration))
        resource["size"] = .string(String(size))
        resource["crc32c"] = .string(ChecksumText.crc32c(crc32c))
        resource["md5Hash"] = md5.map { .string(ChecksumText.md5($0)) }
        resource["componentCount"] = componentCount.map { .integer($0) }
        resource["etag"] = .string(etag)
        let created = timeCreated.text(digits: 3)
        resource["timeCreated"] = .string(created)
        resource["timeFinalized"] = .string(created)
        resource["timeStorageClassUpdated"] = .string(created)
        resource["updated"] = .string(updated.text(digits: 3))
        for (name, path) in ObjectMetadata.texts { resource[name] = metadata[keyPath: path].map { .string($0) } }
        resource["storageClass"] = .string(metadata.storageClass ?? "STANDARD")
        resource["customTime"] = metadata.customTime.map { .string($0.text(digits: 3)) }
        if !metadata.custom.isEmpty { resource["metadata"] = .object(metadata.custom) }
        return resource
    }

    /// Differs for every version of the object and of its metadata.
    public var etag: String { Base64.encode(Array("\(generation)/\(metageneration)".utf8)) }
}

extension Bucket {
    /// The bucket's resource.
    ///
    /// - Parameters:
    ///   - baseURL: where this daemon is reached, for the link.
    ///   - projectNumber: the project's number.
    public func resource(baseURL: String, projectNumber: Int64) -> JSONObject {
        var resource = JSONObject()
        resource["kind"] = "storage#bucket"
        resource["id"] = .string(name)
        resource["selfLink"] = .string("\(baseURL)/storage/v1/b/\(URLText.encode(name))")
        resource["name"] = .string(name)
        resource["projectNumber"] = .string(String(projectNumber))
        resource["metageneration"] = .string(String(metageneration))
        resource["generation"] = .string(String(timeCreated.microseconds))
        resource["location"] = .string(location)
        resource["locationType"] = location.utf8.contains(UInt8(ascii: "-")) ? "region" : "multi-region"
        resource["storageClass"] = .string(storageClass)
        resource["etag"] = .string(Base64.encode(Array(String(metageneration).utf8)))
        resource["timeCreated"] = .string(timeCreated.text(digits: 3))
        resource["updated"] = .string(updated.text(digits: 3))
        resource["iamConfiguration"] = [
            "uniformBucketLevelAccess": ["enabled": true], "publicAccessPrevention": "inherited",
        ]
        if !labels.isEmpty { resource["labels"] = .object(labels) }
        // Ours, not Google's: the folder whose files are the objects.
        resource["watchedFolder"] = watchedFolder.map { .string($0) }
        return resource
    }
}

extension NotificationConfig {
    /// The resource of a notification of a bucket; field names with underscores are Google's.
    public func resource(bucket: String, baseURL: String) -> JSONObject {
        var resource = JSONObject()
        resource["kind"] = "storage#notification"
        resource["id"] = .string(id)
        resource["selfLink"] = .string(
            "\(baseURL)/storage/v1/b/\(URLText.encode(bucket))/notificationConfigs/\(URLText.encode(id))")
        resource["etag"] = .string(id)
        resource["topic"] = .string("//pubsub.googleapis.com/\(topic)")
        resource["payload_format"] = .string(payloadFormat.rawValue)
        if !eventTypes.isEmpty { resource["event_types"] = .array(eventTypes.map { .string($0.rawValue) }) }
        if !customAttributes.isEmpty { resource["custom_attributes"] = .object(customAttributes) }
        if !objectNamePrefix.isEmpty { resource["object_name_prefix"] = .string(objectNamePrefix) }
        return resource
    }
}

/// Checksums as Google writes them.
public enum ChecksumText {
    /// A CRC-32C: big-endian, in Base64.
    public static func crc32c(_ value: UInt32) -> String {
        Base64.encode((0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) })
    }

    /// An MD5 in Base64.
    public static func md5(_ digest: [UInt8]) -> String { Base64.encode(digest) }
}

extension Timestamp {
    /// RFC 3339 with always so many digits of a fraction, up to six.
    func text(digits: Int) -> String {
        let text = rfc3339.dropLast()
        let dot = text.firstIndex(of: ".") ?? text.endIndex
        let fraction = String(text[dot...].dropFirst()) + "000000"
        return "\(text[..<dot]).\(fraction.prefix(digits))Z"
    }
}

/// Percent-encoding of one segment of a path.
enum URLText {
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
