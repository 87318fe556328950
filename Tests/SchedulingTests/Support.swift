import Datastore
import Foundation
import Testing

@testable import Scheduling

/// `2026-11-22T10:08:00Z` as an instant; years from 0 on.
func instant(_ text: String) -> Timestamp {
    let numbers = text.split { !$0.isNumber }.map { Int64($0) ?? 0 }
    // By way of our own calendar backwards, which CivilTimeTests compares with Foundation's.
    let (year, month, day) = (numbers[0], numbers[1], numbers[2])
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayNumber = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    let seconds = dayNumber * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    return Timestamp(microseconds: seconds * 1_000_000)
}

/// Numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
