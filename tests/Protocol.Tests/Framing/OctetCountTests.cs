using System.Text;
using ActorLog.Protocol.Framing;

namespace ActorLog.Protocol.Tests.Framing;

public class OctetCountTests
{
    [Theory]
    [InlineData("5 <14>x", 2)]
    [InlineData("6 <14>x\n", 2)]
    [InlineData("12 <14>gunicorn", 3)]
    [InlineData("4 <14>x", 0)]
    [InlineData("6 <14>x", 0)]
    [InlineData("05 <14>x", 0)]
    [InlineData("5", 0)]
    [InlineData("5 ", 0)]
    [InlineData(" 5 <14>x", 0)]
    [InlineData("-5 <14>x", 0)]
    [InlineData("99999999999999999999 <14>x", 0)]
    [InlineData("4294967301 <14>x", 0)]
    [InlineData("<14>x", 0)]
    [InlineData("", 0)]
    public void A_count_in_front_of_a_datagram_is_left_out_when_it_is_exact(string datagram, int header) =>
        Assert.Equal(header, OctetCount.InFrontOfDatagram(Encoding.ASCII.GetBytes(datagram)));
}
