using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Protocol.Tests.Syslog;

/// <summary>What is header and what is text, form by form.</summary>
public sealed class HeaderTests
{
    private const string Long = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("<0>x", Facility.Kern, Severity.Emergency, "x")]
    [InlineData("<191>x", Facility.Local7, Severity.Debug, "x")]
    [InlineData("<13>", Facility.User, Severity.Notice, "")]
    [InlineData("<192>x", Facility.User, Severity.Notice, "<192>x")]
    [InlineData("<014>x", Facility.User, Severity.Notice, "<014>x")]
    [InlineData("<>x", Facility.User, Severity.Notice, "<>x")]
    [InlineData("<1", Facility.User, Severity.Notice, "<1")]
    [InlineData("<", Facility.User, Severity.Notice, "<")]
    [InlineData("<1234>x", Facility.User, Severity.Notice, "<1234>x")]
    [InlineData("<-1>x", Facility.User, Severity.Notice, "<-1>x")]
    [InlineData("", Facility.User, Severity.Notice, "")]
    public void Priority_is_read_or_the_text_is_whole(string frame, Facility facility, Severity severity, string message)
    {
        var reading = RecordReading.Of(frame);
        Assert.Equal(new Priority(facility, severity), reading.Priority);
        Assert.Equal(message, reading.Fields.Message);
        Assert.Equal(message.Length > 0, reading.Flags.HasFlag(RecordFlags.Unparsed));
    }

    [Theory]
    [InlineData("demo: text", "demo", null, "text")]
    [InlineData("demo:", "demo", null, "")]
    [InlineData("demo: ", "demo", null, "")]
    [InlineData("demo:  two", "demo", null, " two")]
    [InlineData("demo[12]: text", "demo", 12L, "text")]
    [InlineData("su(pam_unix)[7]: text", "su(pam_unix)", 7L, "text")]
    [InlineData("demo[main]: text", "demo", null, "text")]
    [InlineData("demo:text", null, null, "demo:text")]
    [InlineData("demo[12]:text", null, null, "demo[12]:text")]
    [InlineData("demo[12] text", null, null, "demo[12] text")]
    [InlineData("demo[]: text", null, null, "demo[]: text")]
    [InlineData("demo[1 2]: text", null, null, "demo[1 2]: text")]
    [InlineData("demo[12", null, null, "demo[12")]
    [InlineData("my app: text", null, null, "my app: text")]
    [InlineData("\"demo\": text", null, null, "\"demo\": text")]
    [InlineData("<demo>: text", null, null, "<demo>: text")]
    [InlineData(": text", null, null, ": text")]
    [InlineData(Long + Long + ": text", Long + Long, null, "text")]
    [InlineData(Long + Long + "a: text", null, null, Long + Long + "a: text")]
    [InlineData("gunicorn.access: text", "gunicorn.access", null, "text")]
    [InlineData("gunicorn.my [odd] app.error: text", "gunicorn.my [odd] app.error", null, "text")]
    [InlineData("gunicorn.a:b.error: text", "gunicorn.a:b.error", null, "text")]
    [InlineData("gunicorn.demo.app[4]: see x.error: bad", "gunicorn.demo.app", 4L, "see x.error: bad")]
    [InlineData("gunicorn.demo\n.error: text", null, null, "gunicorn.demo\n.error: text")]
    public void Tag_without_timestamp(string text, string? program, long? pid, string message)
    {
        var reading = RecordReading.Of("<14>" + text);
        Assert.Equal((program, pid, message), (reading.Fields.Program, reading.Fields.Pid, reading.Fields.Message));
        Assert.Equal(program is null, reading.Flags.HasFlag(RecordFlags.Unparsed));
        Assert.Equal("web1", reading.Host);
    }

    [Theory]
    [InlineData("web7 demo: text", "web7", "demo", "text")]
    [InlineData("demo: text", "web1", "demo", "text")]
    [InlineData("2001:db8::1 demo: text", "2001:db8::1", "demo", "text")]
    [InlineData("web7 demo[12] text", "web7", "demo", "text")]
    [InlineData("demo[12] text", "web1", "demo", "text")]
    [InlineData("demo[a] text", "web1", null, "demo[a] text")]
    [InlineData("just text", "just", null, "text")]
    [InlineData("HELLO", "web1", null, "HELLO")]
    [InlineData("HELLO  ", "web1", null, "HELLO  ")]
    [InlineData("wéb7 demo: text", "web1", null, "wéb7 demo: text")]
    [InlineData("localhost demo: text", "web1", "demo", "text")]
    [InlineData("127.0.0.1 demo: text", "web1", "demo", "text")]
    [InlineData("::1 demo: text", "web1", "demo", "text")]
    [InlineData("", "web1", null, "")]
    public void Host_and_tag_after_a_timestamp(string text, string host, string? program, string message)
    {
        foreach (var time in new[] { "Nov 23 05:43:10", "Nov 23 05:43:10.497", "2026-11-23T05:43:10.497+00:00" })
        {
            foreach (var priority in new[] { "<13>", "" })
            {
                var reading = RecordReading.Of($"{priority}{time} {text}");
                Assert.Equal((host, program, message), (reading.Host, reading.Fields.Program, reading.Fields.Message));
                Assert.Equal(RecordFlags.HeaderTime, reading.Flags);
            }
        }
    }

    [Theory]
    [InlineData("- - - - - -", null, null, "", "", "")]
    [InlineData("- h app 42 ID -", "app", 42L, "ID", "", "")]
    [InlineData("- h app 42 ID - text", "app", 42L, "ID", "", "text")]
    [InlineData("- h app 42 ID -  text", "app", 42L, "ID", "", "text")]
    [InlineData("- h app 42 ID - \uFEFFtext", "app", 42L, "ID", "", "text")]
    [InlineData("- h app 42 ID -   text", "app", 42L, "ID", "", " text")]
    [InlineData("- h app x - [a] text", "app", null, "", "[a]", "text")]
    [InlineData("- h app - - [a b=\"c\"][d e=\"\\\"]\\\\\"] text", "app", null, "", "[a b=\"c\"][d e=\"\\\"]\\\\\"]", "text")]
    [InlineData("- h app - - [a b=\"x]y\"]", "app", null, "", "[a b=\"x]y\"]", "")]
    [InlineData("- h " + Long + " - - - text", Long, null, "", "", "text")]
    public void Rfc5424_fields(string text, string? program, long? pid, string msgId, string structuredData, string message)
    {
        var reading = RecordReading.Of("<13>1 " + text);
        var fields = reading.Fields;
        Assert.Equal((program, pid, message), (fields.Program, fields.Pid, fields.Message));
        Assert.Equal((msgId, structuredData), (reading.MsgId, reading.StructuredData));
        Assert.Equal(RecordFlags.None, reading.Flags);
    }

    [Theory]
    [InlineData("1 ")]
    [InlineData("1 - -")]
    [InlineData("1 - - - - -")]
    [InlineData("1 - - - - - ")]
    [InlineData("1  - - - - -")]
    [InlineData("1 - - - - - text")]
    [InlineData("1 - - - - - -text")]
    [InlineData("1 - - - - - [a")]
    [InlineData("1 - - - - - []")]
    [InlineData("1 - - - - - [ a]")]
    [InlineData("1 - - - - - [a b=\"c]")]
    [InlineData("1 - - - - - [a b=\"c\\")]
    [InlineData("1 - - - - - [a]text")]
    [InlineData("1 - a\nb - - - -")]
    [InlineData("2 - - - - - -")]
    [InlineData("1 - - " + Long + Long + Long + Long + " - - -")]
    public void Header_that_is_not_legal_leaves_the_text_whole(string text)
    {
        var reading = RecordReading.Of("<13>" + text);
        Assert.Equal(RecordFlags.Unparsed, reading.Flags);
        Assert.Equal(text, reading.Fields.Message);
        Assert.Equal($"Nov 23 05:50:00 web1 {text.Replace("\n", "\\n", StringComparison.Ordinal)}", reading.Line);
    }

    [Theory]
    [InlineData(255, false)]
    [InlineData(256, true)]
    public void Host_of_more_than_255_bytes_is_no_host(int bytes, bool isWhole)
    {
        var host = new string('h', bytes);
        foreach (var text in new[] { $"1 - {host} app - - - text", $"Nov 23 05:43:10 {host} app: text" })
        {
            var reading = RecordReading.Of("<13>" + text);
            Assert.Equal(isWhole ? "web1" : host, reading.Host);
            Assert.Equal(isWhole ? text : "text", reading.Fields.Message);
            Assert.Equal(isWhole, reading.Flags.HasFlag(RecordFlags.Unparsed));
        }
    }

    [Theory]
    [InlineData("x\0\r\n\0", "x")]
    [InlineData("x\0y\n", "x\0y")]
    [InlineData(" x \n", " x ")]
    public void Only_the_trailing_terminators_are_cut_off(string text, string message) =>
        Assert.Equal(message, RecordReading.Of("<14>" + text).Fields.Message);

    [Theory]
    [InlineData(true, "web7", "web7")]
    [InlineData(false, "web7", "sender")]
    [InlineData(true, "", "sender")]
    [InlineData(true, "localhost", "sender")]
    [InlineData(true, "LocalHost", "sender")]
    [InlineData(true, "127.0.0.1", "sender")]
    [InlineData(true, "::1", "sender")]
    [InlineData(true, "localhost.example", "localhost.example")]
    public void Host_is_the_headers_or_the_senders(bool keepHostname, string hostname, string expected) => Assert.Equal(
        expected,
        Encoding.UTF8.GetString(HostChoice.Choose(keepHostname, Encoding.UTF8.GetBytes(hostname), "sender"u8)));

    [Fact]
    public void Scratch_and_destination_that_are_too_short_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SyslogParser().Parse("x"u8, default, new byte[SyslogParser.ScratchBytes - 1]));
        using var writer = new BatchWriter();
        Assert.True(writer.TryAppend(new ParsedRecord { Message = "x"u8 }, "h"u8, 0));
        using var batch = writer.Take()!;
        foreach (var record in batch)
        {
            var lines = new LineWriter(TimeZoneInfo.Utc);
            var isRefused = false;
            try
            {
                lines.Write(in record, new byte[lines.MaxBytes(in record) - 1]);
            }
            catch (ArgumentException)
            {
                isRefused = true;
            }

            Assert.True(isRefused);
        }
    }
}
