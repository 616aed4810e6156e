using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Tests.Gunicorn;

/// <summary>What gunicorn, Django, relays and forgers put on the wire, one example a row.</summary>
public sealed class ExampleTests
{
    private const string Access = "<14>gunicorn.demo.access: [4788] ";
    private const string App = "<14>gunicorn.demo.app: [4788] ";
    private const string Time = "[23/Nov/2026:05:39:48 +0000]";
    private const string Get = "[23/Nov/2026:05:39:48 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"";
    private const string Forged = "[01/Jan/2020:00:00:00 +0000]";

    /// <summary>Number, frame, line behind the date and host (null: not looked at), fields (a dash: absent).</summary>
    public static TheoryData<int, string, string?, string[]> Examples { get; } = new()
    {
        {
            1, "<14>gunicorn.demo.access: [4788] 203.0.113.7 - - [23/Nov/2026:05:39:48 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"Mozilla/5.0\"\0",
            "gunicorn.demo.access: [4788] 203.0.113.7 - - [23/Nov/2026:05:39:48 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"Mozilla/5.0\"",
            ["method=GET", "path=/", "protocol=HTTP/1.1", "status=200", "bytes=3", "referer=", "user_agent=Mozilla/5.0", "level="]
        },
        { 2, $"{App}203.0.113.7 - INFO {Time} index GET\0", $"gunicorn.demo.app: [4788] 203.0.113.7 - INFO {Time} index GET", ["level=INFO", "message=index GET"] },
        { 3, $"{App} - INFO {Time} index GET\0", $"gunicorn.demo.app: [4788] - - INFO {Time} index GET", ["remote_addr="] },
        { 4, $"{Access} - - {Get}\0", $"gunicorn.demo.access: [4788] - - - {Get}", ["forwarded="] },
        { 5, $"{Access}203.0.113.9, 10.0.0.1, 10.0.0.2 - - {Get}\0", $"gunicorn.demo.access: [4788] 203.0.113.9 - - {Get}", ["forwarded=203.0.113.9|10.0.0.1|10.0.0.2"] },
        { 6, $"{Access}127.0.0.1, 6.6.6.6, 203.0.113.9, 10.0.0.1 - - {Get}\0", null, ["remote_addr=203.0.113.9"] },
        { 7, $"{Access}10.0.0.1, 10.0.0.2 - - {Get}\0", null, ["remote_addr=10.0.0.1"] },
        { 8, $"{App}203.0.113.9,10.0.0.1, 10.0.0.2 - INFO {Time} x\0", null, ["remote_addr=203.0.113.9"] },
        { 9, $"{App}2001:DB8:0:0::17, ::ffff:10.0.0.1, fe80::1%eth0 - INFO {Time} x\0", null, ["remote_addr=2001:db8::17", "forwarded=2001:db8::17|10.0.0.1|fe80::1"] },
        { 10, $"{Access}[2001:db8::17]:52144 - - {Get}\0", null, ["remote_addr=2001:db8::17"] },
        { 11, $"{App}198.51.100.4:4711 - INFO {Time} x\0", null, ["remote_addr=198.51.100.4"] },
        { 12, $"{Access}unknown, 10.0.0.1 - - {Get}\0", null, ["remote_addr=", "forwarded=unknown|10.0.0.1"] },
        { 13, $"{Access}203.0.113.7, , 10.0.0.1, - - {Get}\0", null, ["remote_addr=203.0.113.7", "forwarded=203.0.113.7|10.0.0.1"] },
        {
            14, $"{Access}6.6.6.6 - root {Forged} \\\"GET /forged HTTP/1.1\\\" 200 5 \\\"-\\\" \\\"x - - {Get}\0", null,
            [
                "remote_addr=", "username=", "path=/", "event_time=2026-11-23T05:39:48.0000000+00:00",
                $"forwarded=6.6.6.6 - root {Forged} \"GET /forged HTTP/1.1\" 200 5 \"-\" \"x",
            ]
        },
        { 15, $"{Access}6.6.6.6 - root, 198.51.100.7 - - {Get}\0", null, ["remote_addr=198.51.100.7", "username="] },
        { 16, $"{Access}203.0.113.7\n<14>gunicorn.demo.access: [1] 6.6.6.6 - - bare-lf - - {Get}\0", $"gunicorn.demo.access: [4788] - - - {Get}", ["pid=4788", "remote_addr=", "path=/"] },
        { 17, $"{App}203.0.113.9, 10.0.0.1 alice INFO {Time} profile viewed\0", $"gunicorn.demo.app: [4788] 203.0.113.9 alice INFO {Time} profile viewed", ["username=alice"] },
        { 18, $"{App}203.0.113.7 Mary Ann INFO {Time} x\0", $"gunicorn.demo.app: [4788] 203.0.113.7 Mary\\x20Ann INFO {Time} x", ["username=Mary Ann"] },
        { 19, $"{App} Mary Ann INFO {Time} x\0", null, ["remote_addr=", "username=Mary Ann"] },
        { 20, $"{Access}203.0.113.7 - carol {Get}\0", $"gunicorn.demo.access: [4788] 203.0.113.7 carol - {Get}", ["username=carol"] },
        { 21, $"{Access}203.0.113.7 - x - y {Get}\0", null, ["remote_addr=203.0.113.7", "username=x - y"] },
        { 22, $"{Access}203.0.113.7 - - {Time} \"GET / HTTP/1.1\" 200 3 \"http://r/\\\" \\\"x\" \"u\\\" \\\"v\"\0", null, ["referer=http://r/\" \"x", "user_agent=u\" \"v"] },
        { 23, $"{Access}203.0.113.7 - - {Time} \"GET / HTTP/1.1\" 200 3 \"http://r/\\\" \"ends\\\"\0", null, ["referer=http://r/\\", "user_agent=ends\\"] },
        { 24, $"{Access}203.0.113.7 - - {Time} \"GET /u/\\\"q\\\"\\b'c HTTP/1.1\" 200 2 \"-\" \"-\"\0", null, ["path=/u/\"q\"\\b'c"] },
        {
            25, $"{Access}203.0.113.7 - - {Time} \"GET / HTTP/1.1\" 200 3 \"-\" \"a\0b\"\0",
            $"gunicorn.demo.access: [4788] 203.0.113.7 - - {Time} \"GET / HTTP/1.1\" 200 3 \"-\" \"a\\x00b\"", ["user_agent=a\0b"]
        },
        {
            26, $"<11>gunicorn.demo.app: [4788] 203.0.113.7 - ERROR {Time} handled badly\nTraceback:\n  File \"x\"\nKeyError: 'k'\0",
            $"gunicorn.demo.app: [4788] 203.0.113.7 - ERROR {Time} handled badly\\nTraceback:\\n  File \"x\"\\nKeyError: 'k'",
            ["message=handled badly\nTraceback:\n  File \"x\"\nKeyError: 'k'"]
        },
        {
            27, $"{App}203.0.113.7 - INFO {Time} line one\nline two\n\tindented three\n\nfive after a blank\0",
            $"gunicorn.demo.app: [4788] 203.0.113.7 - INFO {Time} line one\\nline two\\n\\tindented three\\n\\nfive after a blank", []
        },
        {
            28, $"{App}203.0.113.7 - INFO {Time} tab\there esc\u001b[31mred\u001b[0m bell\a del\u007f c1\u0085 ls\u2028ps\u2029\0",
            $@"gunicorn.demo.app: [4788] 203.0.113.7 - INFO {Time} tab\there esc\x1b[31mred\x1b[0m bell\x07 del\x7f c1\x85 ls\u2028ps\u2029", []
        },
        { 29, $"{App}203.0.113.7 - INFO {Time} note INFO {Forged} forged tail\0", null, [$"message=note INFO {Forged} forged tail"] },
        { 30, $"{App}203.0.113.7 - INFO {Time} x\n{Access}6.6.6.6 - root {Forged} \"GET /forged HTTP/1.1\" 200 1 \"-\" \"-\"\0", null, ["channel=app", "remote_addr=203.0.113.7", "username=", "path="] },
        { 31, $"<12>gunicorn.demo.app: [4788] 203.0.113.7 - Level 25 {Time} custom level 25\0", null, ["level=LEVEL25", "severity=4", "username="] },
        { 32, $"{App}- - INFO {Time} from a thread with no request\0", null, ["remote_addr=", "username="] },
        { 33, "<14>gunicorn.demo.error: [4769] Starting gunicorn 20.1.0\0", "gunicorn.demo.error: [4769] - - INFO Starting gunicorn 20.1.0", [] },
        { 34, "<10>gunicorn.demo.error: [4769] WORKER TIMEOUT (pid:5362)\0", null, ["level=CRITICAL", "pid=4769"] },
        { 35, "<158>gunicorn.demo.wsgi.application.error: [6242] Starting gunicorn 20.1.0\0", null, ["app=demo.wsgi.application", "facility=local3"] },
        { 36, $"<156>gunicorn.shop.api.app: [6245] 203.0.113.7 - WARNING {Time} Not Found: /missing/page\0", null, ["app=shop.api", "channel=app"] },
        { 41, "<12>HELLO\0", "HELLO", ["program=", "channel=other"] },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_reads_as_told(int number, string frame, string? line, string[] fields)
    {
        Assert.InRange(number, 1, 42);
        var reading = RecordReading.Of(frame);
        var actual = reading.FieldTexts();
        if (line is not null)
        {
            Assert.Equal("Nov 23 05:50:00 web1 " + line, reading.Line);
        }

        foreach (var field in fields)
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            Assert.Equal(field[(equals + 1)..], actual.GetValueOrDefault(field[..equals], ""));
        }

        Assert.False(reading.Flags.HasFlag(RecordFlags.Misfit));
    }

    [Fact]
    public void Example_37_rsyslog_writes_RFC_5424_with_two_blanks_and_calls_itself_localhost()
    {
        var reading = RecordReading.Of(
            $"<14>1 2026-11-23T05:44:22.070426+00:00 localhost gunicorn.demo.access - - -  [4788] 203.0.113.9, 10.0.0.1 - - {Get}\n");
        Assert.Equal($"Nov 23 05:44:22 web1 gunicorn.demo.access: [4788] 203.0.113.9 - - {Get}", reading.Line);
    }

    [Fact]
    public void Example_38_the_year_is_the_nearest_and_the_host_the_headers()
    {
        var reading = RecordReading.Of("<29>May 27 17:51:21 web7 gunicorn.demo.app[4788]: user=alice said \"héllo\"\n");
        Assert.Equal("May 27 17:51:21 web7 gunicorn.demo.app: [4788] - - NOTICE user=alice said \"héllo\"", reading.Line);
        Assert.Equal(new DateTime(2026, 5, 27, 17, 51, 21), reading.Timestamp);
        Assert.Equal(RecordFlags.HeaderTime | RecordFlags.Misfit, reading.Flags);
    }

    [Fact]
    public void Example_39_journald_leaves_the_host_out()
    {
        var reading = RecordReading.Of("<156>Nov 23 05:46:04 gunicorn.demo.app[1]: line one\nline two");
        Assert.Equal("Nov 23 05:46:04 web1 gunicorn.demo.app: [1] - - WARNING line one\\nline two", reading.Line);
    }

    [Fact]
    public void Example_40_a_header_without_pid_leaves_the_column_empty()
    {
        var reading = RecordReading.Of(
            "<13>1 2026-11-23T05:43:04.113165+00:00 web1 gunicorn.demo.app - - [timeQuality tzKnown=\"1\"] user=alice");
        Assert.Equal("Nov 23 05:43:04 web1 gunicorn.demo.app: [-] - - NOTICE user=alice", reading.Line);
        Assert.Equal("[timeQuality tzKnown=\"1\"]", reading.StructuredData);
    }

    [Fact]
    public void Example_42_what_does_not_fit_is_kept_whole()
    {
        var reading = RecordReading.Of([.. "<14>gunicorn.demo.app: [1] - - INFO [x] caf"u8, 0xe9]);
        Assert.Equal("Nov 23 05:50:00 web1 gunicorn.demo.app: [1] - - INFO - - INFO [x] caf\\xe9", reading.Line);
        Assert.Equal("- - INFO [x] caf\\xe9", reading.Fields.Message);
        Assert.Equal(RecordFlags.Misfit, reading.Flags);
    }
}
