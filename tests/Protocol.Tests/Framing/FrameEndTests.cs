using System.Text;
using ActorLog.Protocol.Framing;

namespace ActorLog.Protocol.Tests.Framing;

/// <summary>What stands behind a record.</summary>
public sealed class FrameEndTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\0", "")]
    [InlineData("\r\n\0\n", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\r\n\0", "a")]
    [InlineData("\n\ra\nb\0 ", "\n\ra\nb\0 ")]
    public void NulAndLineEndsAreLeftOutBehindARecordOnly(string frame, string record)
    {
        Assert.Equal(record, Encoding.ASCII.GetString(FrameEnd.Trim(Encoding.ASCII.GetBytes(frame))));
        Assert.Equal(record.Length == 0, FrameEnd.IsAllOf(Encoding.ASCII.GetBytes(frame)));
    }
}
