import Datastore
import Foundation
import Testing

@testable import Scheduling

@Suite("CivilTime")
struct CivilTimeTests {
    @Test("Dates and weekdays are Foundation's, for four centuries of days")
    func againstFoundation() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for day in stride(from: Int64(-60_000), through: 90_000, by: 17) {
            let civil = CivilTime(dayNumber: day)
            let date = Date(timeIntervalSince1970: Double(day * 86_400))
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
            #expect(civil.year == Int64(parts.year ?? 0))
            #expect(civil.month == parts.month)
            #expect(civil.day == parts.day)
            #expect(civil.weekday + 1 == parts.weekday)
        }
    }

    @Test("An instant is written in UTC, with and without its microseconds")
    func text() {
        let time = Timestamp(microseconds: 1_795_342_136_000_001)
        #expect(CivilTime(time).text == "2026-11-22T10:08:56Z")
        #expect(CivilTime(time).exactText == "2026-11-22T10:08:56.000001Z")
        #expect(CivilTime(Timestamp(microseconds: -1)).exactText == "1969-12-31T23:59:59.999999Z")
        #expect(CivilTime(.earliest).text == "0001-01-01T00:00:00Z")
        #expect(CivilTime(.latest).exactText == "9999-12-31T23:59:59.999999Z")
    }

    @Test("A month's days end where the next begins")
    func months() {
        for year in [1900, 2000, 2023, 2024] {
            var day = CivilTime(instant("\(year)-01-01T00:00:00Z"))
            for month in 1...12 {
                #expect(day.month == month)
                #expect(day.day == 1)
                day = CivilTime(dayNumber: day.dayNumber + day.daysToNextMonth)
            }
            #expect(day.year == Int64(year + 1))
        }
    }
}
