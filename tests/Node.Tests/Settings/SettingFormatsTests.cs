using System.Net;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Settings;

public class SettingFormatsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("4096B", 4096)]
    [InlineData("10k", 10_240)]
    [InlineData("10K", 10_240)]
    [InlineData("10kB", 10_000)]
    [InlineData("10KiB", 10_240)]
    [InlineData("10MB", 10_000_000)]
    [InlineData("10MiB", 10_485_760)]
    [InlineData("10 MiB", 10_485_760)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("1TiB", 1_099_511_627_776)]
    public void A_size_is_read(string text, long bytes)
    {
        Assert.Null(SettingFormats.Size(0, long.MaxValue)(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("10 MBB")]
    [InlineData("-1")]
    [InlineData("0.5B")]
    [InlineData("1.2.3k")]
    [InlineData("10mib")]
    [InlineData("9999999999999999TiB")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Equal("is not a size (try 10MiB)", SettingFormats.Size(0, long.MaxValue)(text, out _));

    [Theory]
    [InlineData("5ms", 5)]
    [InlineData("10s", 10_000)]
    [InlineData("1m", 60_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("30d", 2_592_000_000)]
    [InlineData("0.5s", 500)]
    public void A_time_is_read(string text, double milliseconds)
    {
        Assert.Null(SettingFormats.Time(TimeSpan.Zero, TimeSpan.FromDays(365))(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("10", "is not a time (try 10s; the units are ms, s, m, h, d)")]
    [InlineData("ten s", "is not a time (try 10s; the units are ms, s, m, h, d)")]
    [InlineData("2h", "is out of range: 10ms to 1h")]
    [InlineData("999999999999999d", "is out of range: 10ms to 1h")]
    public void What_is_no_time_is_refused(string text, string error) =>
        Assert.Equal(error, SettingFormats.Time(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1))(text, out _));

    [Theory]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    public void A_switch_is_read(string text, bool expected)
    {
        Assert.Null(SettingFormats.Switch(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("127.0.0.1:5140", "127.0.0.1", 5140)]
    [InlineData("[::1]:5140", "::1", 5140)]
    [InlineData("0.0.0.0:0", "0.0.0.0", 0)]
    public void An_address_is_read(string text, string address, int port)
    {
        Assert.Null(SettingFormats.Address(text, out var value));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), value);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:5140")]
    [InlineData("::1:5140")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("[127.0.0.1]:1")]
    [InlineData(":5140")]
    [InlineData("127.0.0.1:")]
    public void What_is_no_address_is_refused(string text) =>
        Assert.StartsWith("is not an address and port", SettingFormats.Address(text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0", "0.0.0.0", 6514)]
    [InlineData("[::1]", "::1", 6514)]
    [InlineData("127.0.0.1:7000", "127.0.0.1", 7000)]
    [InlineData("[::1]:7000", "::1", 7000)]
    public void An_address_alone_has_the_customary_port(string text, string address, int port)
    {
        Assert.Null(SettingFormats.AddressOr(6514)(text, out var value));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("6514")]
    [InlineData("::1:6514")]
    [InlineData("[::1]:66666")]
    [InlineData("1.2.3.4:")]
    [InlineData("localhost")]
    public void What_is_no_address_with_or_without_a_port_is_refused(string text) =>
        Assert.StartsWith("is not an address and port", SettingFormats.AddressOr(6514)(text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("aggregator.example:6515", true)]
    [InlineData("10.0.0.1:6515", true)]
    [InlineData("[::1]:6515", true)]
    [InlineData("aggregator.example", false)]
    [InlineData("aggregator.example:0", false)]
    [InlineData("a b:1", false)]
    public void An_endpoint_is_a_name_or_address_and_a_port(string text, bool legal) =>
        Assert.Equal(legal, SettingFormats.HostAndPort(text, out _) is null);

    [Theory]
    [InlineData("local", true)]
    [InlineData("UTC", true)]
    [InlineData("Europe/Berlin", true)]
    [InlineData("Europe/Berlinn", false)]
    [InlineData("CEST", false)]
    public void A_zone_is_local_UTC_or_by_name(string text, bool legal) =>
        Assert.Equal(legal, SettingFormats.Zone(text, out _) is null);

    [Theory]
    [InlineData("0666", 438)]
    [InlineData("660", 432)]
    public void A_mode_is_octal(string text, int bits)
    {
        Assert.Null(SettingFormats.Mode(text, out var mode));
        Assert.Equal((UnixFileMode)bits, mode);
        Assert.NotNull(SettingFormats.Mode("0999", out _));
        Assert.NotNull(SettingFormats.Mode("4755", out _));
    }

    [Theory]
    [InlineData(1L << 30, "1GiB")]
    [InlineData(1536, "1536")]
    [InlineData(64 << 10, "64KiB")]
    public void A_size_is_written_as_short_as_it_can_be(long bytes, string text) =>
        Assert.Equal(text, SettingFormats.SizeText(bytes));
}
