using System.Globalization;
using System.Text;
using ActorLog.Node.Reading;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Tests.Reading;

public sealed class LineSelectionTests
{
    private const string Lines = """
        Dec 31 23:59:58 web1 app: one
        Dec 31 23:59:59 web1 app: two
            and what belongs to it
        Jan  1 00:00:00 web2 app: three
        Jan  1 00:00:01 web1 app: four

        """;

    // The shortest and the longest piece, and all between that can split a date or a name.
    public static TheoryData<int> Pieces => [.. Enumerable.Range(1, 40), 1000];

    [Theory]
    [MemberData(nameof(Pieces))]
    public void All_lines_go_through_as_they_are(int piece) => Assert.Equal(Lines, Select(piece, Lines, null, null));

    [Theory]
    [MemberData(nameof(Pieces))]
    public void Lines_are_chosen_by_their_times_over_the_turn_of_a_year_and_what_has_none_follows(int piece)
    {
        Assert.Equal(["two", "it", "three"], Last(Select(piece, Lines, "2026-12-31T23:59:59", "2027-01-01T00:00:01")));
        Assert.Equal(["one"], Last(Select(piece, Lines, null, "2026-12-31T23:59:59")));
        Assert.Equal(["four"], Last(Select(piece, Lines, "2027-01-01T00:00:01", null)));
        Assert.Equal(Lines, Select(piece, Lines, "2026-12-31T00:00:00", "2027-01-02T00:00:00"));
    }

    [Theory]
    [MemberData(nameof(Pieces))]
    public void In_a_file_of_several_hosts_only_the_host_s_lines_are_chosen(int piece) =>
        Assert.Equal(["one", "two", "it", "four"], Last(Select(piece, Lines, null, null, isOthersToo: true)));

    [Theory]
    [MemberData(nameof(Pieces))]
    public void A_line_that_has_no_end_gets_one(int piece)
    {
        Assert.Equal("Jan  1 00:00:01 web1 app: four\n", Select(piece, "Jan  1 00:00:01 web1 app: four", "2026-12-31T00:00:00", null));
        Assert.Equal("Jan  1 00:0\n", Select(piece, "Jan  1 00:0", null, null));
    }

    [Theory]
    [MemberData(nameof(Pieces))]
    public void A_line_longer_than_what_is_looked_at_is_chosen_whole_or_not(int piece)
    {
        var (early, late) = ($"Dec 31 23:59:58 web1 {new string('a', 3000)}\n", $"Jan  1 00:00:02 web1 {new string('b', 3000)}\n");
        Assert.Equal(late, Select(piece, early + late, "2027-01-01T00:00:00", null));
        Assert.Equal(early, Select(piece, early + late, null, "2027-01-01T00:00:00"));
    }

    [Fact]
    public void A_segment_that_ended_before_is_left_out_and_one_that_began_later_is_not()
    {
        var selection = new LineSelection(Stream.Null, new LineTimes(TimeZoneInfo.Utc), Wanted("2027-01-03T00:00:01", "2027-01-04T00:00:00"), "web1"u8.ToArray());
        Assert.False(selection.Begin(Segment("2027-01-02T00:00:00")));
        // A sender's clock may be a day ahead, and an edge may deliver late.
        Assert.True(selection.Begin(Segment("2027-01-02T00:00:01")));
        Assert.True(selection.Begin(Segment("2027-06-01T00:00:00")));
    }

    private static string Select(int piece, string lines, string? from, string? to, bool isOthersToo = false)
    {
        using var output = new MemoryStream();
        var selection = new LineSelection(output, new LineTimes(TimeZoneInfo.Utc), Wanted(from, to), "web1"u8.ToArray());
        Assert.True(selection.Begin(Segment("2027-01-01T00:10:00", isOthersToo)));
        foreach (var part in Encoding.UTF8.GetBytes(lines).Chunk(piece))
        {
            selection.Write(part);
        }

        selection.End();
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static IEnumerable<string> Last(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[^1]);

    private static HostSegment Segment(string writtenBy, bool isOthersToo = false) =>
        new(0, 0, new HostFile("web1.log", "web1.log", 1, 1, 1, isOthersToo), 1, null, Ticks(writtenBy));

    private static TimeSpanWanted Wanted(string? from, string? to) =>
        new(from is null ? null : Ticks(from), to is null ? null : Ticks(to));

    private static long Ticks(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal).Ticks;
}
