using System.Text;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Tests.Gunicorn;

/// <summary>Texts that come near their channel's form, and the forms at their edges.</summary>
public sealed class MisfitTests
{
    private const string Time = "[23/Nov/2026:05:39:48 +0000]";

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("203.0.113.7 - -")]
    [InlineData(Time + " \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"")]
    [InlineData("203.0.113.7 " + Time + " \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"")]
    [InlineData("203.0.113.7 - -" + Time + " \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"")]
    [InlineData("203.0.113.7 - - " + Time + " \"GET / HTTP/1.1\" 200 3 \"-\"")]
    [InlineData("203.0.113.7 - - " + Time + " \"GET / HTTP/1.1\" 200 3 \"-\" \"-")]
    [InlineData("203.0.113.7 - - " + Time + " \"GET / HTTP/1.1\" OK 3 \"-\" \"-\"")]
    [InlineData("203.0.113.7 - - " + Time + " \"GET / HTTP/1.1\" 200 \"-\" \"-\"")]
    [InlineData("203.0.113.7 - - " + Time + " \"")]
    [InlineData("203.0.113.7 - - " + Time + " GET / 200 3")]
    [InlineData("203.0.113.7 - - [23/Nov/2026:05:39:48] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"")]
    [InlineData("203.0.113.7 - - [23/Nov/2026:05:39:48 ,0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"")]
    public void Access_text_that_does_not_fit_is_kept_whole_without_fields(string text)
    {
        var reading = RecordReading.Of($"<14>gunicorn.demo.access: [4788] {text}");
        Assert.Equal(RecordFlags.Misfit, reading.Flags);
        Assert.Equal(text, reading.Fields.Message);
        Assert.Equal((4788, null, null, null), (reading.Fields.Pid, reading.Fields.RemoteAddress, reading.Fields.Username, reading.Fields.Level));
        Assert.Equal(Encoding.UTF8.GetBytes($"Nov 23 05:50:00 web1 gunicorn.demo.access: [4788] - - - {text}\n"), reading.LineBytes);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("- INFO " + Time + " x")]
    [InlineData("INFO " + Time + " x")]
    [InlineData("203.0.113.7 - info " + Time + " x")]
    [InlineData("203.0.113.7 - INFO  " + Time + " x")]
    [InlineData("203.0.113.7 - INFO " + Time + "x")]
    [InlineData("203.0.113.7 - INFO [2026-11-23 05:39:48,123] x")]
    public void App_text_that_does_not_fit_is_kept_whole_with_the_severity_as_level(string text)
    {
        var reading = RecordReading.Of($"<11>gunicorn.demo.app: [4788] {text}");
        Assert.Equal(RecordFlags.Misfit, reading.Flags);
        Assert.Equal(text, reading.Fields.Message);
        Assert.Equal(("ERROR", null), (reading.Fields.Level, reading.Fields.RemoteAddress));
    }

    [Theory]
    [InlineData("- - INFO " + Time, "", null, null, "INFO")]
    [InlineData("b'' - INFO " + Time + " x", "x", null, null, "INFO")]
    [InlineData("203.0.113.7 - AUDIT_2 " + Time + " x", "x", "203.0.113.7", null, "AUDIT_2")]
    [InlineData("203.0.113.7 alice Level 25 " + Time + " x", "x", "203.0.113.7", "alice", "LEVEL25")]
    [InlineData("203.0.113.7 - 25 " + Time + " x", "x", "203.0.113.7", null, "25")]
    [InlineData("203.0.113.7 10.0.0.1 INFO " + Time + " x", "x", "203.0.113.7", "10.0.0.1", "INFO")]
    [InlineData("203.0.113.7, unknown alice INFO " + Time + " x", "x", null, "alice", "INFO")]
    [InlineData("203.0.113.7, alice INFO " + Time + " x", "x", "203.0.113.7", "alice", "INFO")]
    [InlineData("nobody knows alice INFO " + Time + " x", "x", null, "alice", "INFO")]
    public void App_text_at_the_edges(string text, string message, string? client, string? user, string level)
    {
        var fields = RecordReading.Of($"<14>gunicorn.demo.app: [4788] {text}").Fields;
        Assert.Equal((message, client, user, level), (fields.Message, fields.RemoteAddress, fields.Username, fields.Level));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", "-", "-", "GET", "/", "HTTP/1.1", null, null)]
    [InlineData("-", "-", "-", null, null, null, null, null)]
    [InlineData("GET /", "404", "0", "GET", "/", null, 404, 0L)]
    [InlineData("GET /a b HTTP/1.1", "200", "99999999999", "GET", "/a b", "HTTP/1.1", 200, 99_999_999_999L)]
    [InlineData("GET /x\\\" 200 5 \\\"y HTTP/1.1", "200", "3", "GET", "/x\" 200 5 \"y", "HTTP/1.1", 200, 3L)]
    [InlineData("GET /ends\\", "200", "3", "GET", "/ends\\", null, 200, 3L)]
    [InlineData("", "200", "3", null, null, null, 200, 3L)]
    public void Access_request_at_the_edges(
        string request, string status, string bytes, string? method, string? path, string? protocol, int? code, long? count)
    {
        var reading = RecordReading.Of($"<14>gunicorn.demo.access: [1] 203.0.113.7 - - {Time} \"{request}\" {status} {bytes} \"-\" \"-\"");
        var fields = reading.Fields;
        Assert.Equal((method, path, protocol), (fields.Method, fields.Path, fields.Protocol));
        Assert.Equal((code, count), (fields.Status, fields.Bytes));
        Assert.Equal(RecordFlags.None, reading.Flags);
    }

    [Fact]
    public void User_of_an_access_record_gets_his_quotes_back()
    {
        var reading = RecordReading.Of($"<14>gunicorn.demo.access: [1] 203.0.113.7 - o\\\"n \\\"q {Time} \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"");
        Assert.Equal("o\"n \"q", reading.Fields.Username);
        Assert.Contains("203.0.113.7 o\"n\\x20\"q - [23/Nov", reading.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_that_is_the_client_to_the_byte_is_not_kept_twice_and_read_all_the_same()
    {
        var fields = RecordReading.Of($"<14>gunicorn.demo.app: [1] 2001:db8::1 - INFO {Time} x").Fields;
        Assert.Equal(["2001:db8::1"], fields.Forwarded);
        Assert.Equal("2001:db8::1", fields.RemoteAddress);
    }

    [Theory]
    [InlineData(65_535, false)]
    [InlineData(65_536, true)]
    public void User_and_chain_beyond_their_limit_are_left_in_the_text(int bytes, bool isMisfit)
    {
        var many = new string('u', bytes);
        foreach (var head in new[] { $"203.0.113.7 {many}", $"{many} alice" })
        {
            var reading = RecordReading.Of($"<14>gunicorn.demo.app: [1] {head} INFO {Time} x");
            Assert.Equal(isMisfit, reading.Flags.HasFlag(RecordFlags.Misfit));
            Assert.Equal(isMisfit ? $"{head} INFO {Time} x" : "x", reading.Fields.Message);
        }
    }

    [Fact]
    public void Cut_access_record_is_marked_and_whole()
    {
        var reading = RecordReading.Of(
            Encoding.UTF8.GetBytes($"<14>gunicorn.demo.access: [1] 203.0.113.7 - - {Time} \"GET /"), isTruncated: true);
        Assert.Equal(RecordFlags.Misfit | RecordFlags.Truncated, reading.Flags);
        Assert.EndsWith(@"""GET /\u2026[truncated]", reading.Line, StringComparison.Ordinal);
    }
}
