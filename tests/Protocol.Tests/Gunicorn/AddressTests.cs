using System.Net;
using System.Text;
using ActorLog.Protocol.Gunicorn;
using CsCheck;

namespace ActorLog.Protocol.Tests.Gunicorn;

public sealed class AddressTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7:80", "203.0.113.7")]
    [InlineData("\"203.0.113.7:80\"", "203.0.113.7")]
    [InlineData("2001:DB8:0:0::17", "2001:db8::17")]
    [InlineData("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("\"[2001:db8::1]:8080\"", "2001:db8::1")]
    [InlineData("[fe80::1%eth0]:80", "fe80::1")]
    [InlineData("fe80::1%eth0", "fe80::1")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("1::", "1::")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("::FFFF:0a00:0001", "10.0.0.1")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    [InlineData("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    public void Address_is_read_and_written_canonically(string element, string expected)
    {
        Assert.True(Address.TryParse(Encoding.ASCII.GetBytes(element), isEscaped: false, out var address));
        Assert.Equal(expected, Text(address));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.4:")]
    [InlineData("1.2.3.4:123456")]
    [InlineData("1.2.3.4 ")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("::1:2:3:4:5:6:7:8")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:")]
    [InlineData("12345::")]
    [InlineData("g::1")]
    [InlineData("::1%")]
    [InlineData("[::1")]
    [InlineData("[::1]x")]
    [InlineData("\"1.2.3.4")]
    [InlineData("\"")]
    [InlineData("")]
    public void What_is_no_address_is_refused(string element) =>
        Assert.False(Address.TryParse(Encoding.ASCII.GetBytes(element), isEscaped: false, out _));

    [Fact]
    public void Any_address_of_the_class_library_is_read_and_written_alike() =>
        Gen.Select(Gen.Byte.Array[16], Gen.Bool.Array[8], Gen.Bool).Sample((bytes, zeros, isV4) =>
        {
            for (var group = 0; group < 8; group++)
            {
                bytes[2 * group] = zeros[group] ? (byte)0 : bytes[2 * group];
                bytes[(2 * group) + 1] = zeros[group] ? (byte)0 : bytes[(2 * group) + 1];
            }

            var expected = new IPAddress(isV4 ? bytes[..4] : bytes);
            if (!Address.TryParse(Encoding.ASCII.GetBytes(expected.ToString()), isEscaped: false, out var address))
            {
                Assert.Fail($"{expected} is refused.");
            }

            Assert.Equal(Address.Of(expected), address);
            Assert.Equal(Address.Of(expected), Address.Of(IPAddress.Parse(Text(address))));
        });

    [Theory]
    [InlineData("10.255.255.255", true)]
    [InlineData("11.0.0.0", false)]
    [InlineData("172.31.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::2", false)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::1", false)]
    public void Private_networks_are_trusted_by_default(string address, bool isTrusted)
    {
        Assert.Equal(isTrusted, TrustedProxies.Default.Contains(Address.Of(IPAddress.Parse(address))));
        Assert.False(TrustedProxies.None.Contains(Address.Of(IPAddress.Parse(address))));
    }

    [Theory]
    [InlineData("0.0.0.0/0", "203.0.113.7", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("203.0.113.7/32", "203.0.113.7", true)]
    [InlineData("203.0.113.7/32", "203.0.113.6", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    public void Networks_are_compiled(string network, string address, bool isTrusted) => Assert.Equal(
        isTrusted,
        new TrustedProxies([IPNetwork.Parse(network)]).Contains(Address.Of(IPAddress.Parse(address))));

    [Theory]
    [InlineData("203.0.113.7, 10.0.0.1", "10.0.0.1")]
    [InlineData("6.6.6.6, unknown", "")]
    [InlineData("", "")]
    public void With_no_trusted_proxy_the_last_is_the_client(string chain, string expected)
    {
        var client = ForwardedFor.Client(Encoding.ASCII.GetBytes(chain), false, TrustedProxies.None, new byte[64]);
        Assert.Equal(expected, Encoding.ASCII.GetString(client));
    }

    [Theory]
    [InlineData("10.0.0.1, 10.0.0.2", "10.0.0.1")]
    [InlineData(", ,10.0.0.2", "10.0.0.2")]
    [InlineData("unknown, 203.0.113.7, 10.0.0.1", "203.0.113.7")]
    [InlineData("203.0.113.7, unknown, 10.0.0.1", "")]
    [InlineData(" , ,", "")]
    [InlineData("\\\"[2001:DB8::1]:80\\\", 10.0.0.1", "2001:db8::1")]
    public void Trusted_proxies_are_skipped_from_the_right(string chain, string expected)
    {
        var client = ForwardedFor.Client(Encoding.ASCII.GetBytes(chain), true, TrustedProxies.Default, new byte[64]);
        Assert.Equal(expected, Encoding.ASCII.GetString(client));
    }

    [Fact]
    public void Client_that_stands_in_the_chain_is_a_slice_of_it()
    {
        var chain = "203.0.113.7, 10.0.0.1"u8.ToArray();
        var client = ForwardedFor.Client(chain, false, TrustedProxies.Default, new byte[64]);
        Assert.True(chain.AsSpan().Overlaps(client));
    }

    private static string Text(Address address)
    {
        var text = new byte[AddressText.BytesMax];
        return Encoding.ASCII.GetString(text.AsSpan(0, AddressText.Write(address, text)));
    }
}
