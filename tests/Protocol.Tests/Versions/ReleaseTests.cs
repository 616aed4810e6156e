using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;

namespace ActorLog.Protocol.Tests.Versions;

/// <summary>Neighbours understand each other, in both directions; releases that are further apart say so.</summary>
public class ReleaseTests
{
    private static readonly Agreement Before = new(Release.Written, 16, "j");
    private static readonly Agreement This = Agreement.Of(16, "j");

    // The next release learns to read the next format, and the one behind that writes it.
    private static readonly Agreement Next = This with { Reads = Release.Read with { Newest = Release.Read.Newest + 1 } };
    private static readonly Agreement AfterNext = Next with { Format = Release.Written + 1 };

    [Theory]
    [InlineData(1, 2, 2, 2, 2)]
    [InlineData(1, 2, 2, 3, 2)]
    [InlineData(2, 3, 1, 2, 2)]
    [InlineData(1, 4, 2, 3, 3)]
    [InlineData(1, 2, 3, 4, null)]
    [InlineData(3, 4, 1, 2, null)]
    public void The_highest_common_version_is_the_same_from_both_sides(int oldest, int newest, int otherOldest, int otherNewest, int? common)
    {
        var (one, other) = (new VersionRange(oldest, newest), new VersionRange(otherOldest, otherNewest));
        Assert.Equal(common, one.HighestCommon(other));
        Assert.Equal(common, other.HighestCommon(one));
    }

    [Fact]
    public void What_this_release_writes_it_reads()
    {
        Assert.True(Release.Read.Contains(Release.Written));
        Assert.Null(Release.FindDifference(Release.Edge, Release.Gateway));
    }

    [Fact]
    public void Members_of_neighbouring_releases_agree()
    {
        foreach (var (one, other) in new[] { (Before, This), (This, Next), (Next, AfterNext), (Next, Next), (AfterNext, AfterNext) })
        {
            Assert.Null(one.DifferenceTo(other));
            Assert.Null(other.DifferenceTo(one));
        }
    }

    [Fact]
    public void Members_two_releases_apart_do_not_and_both_say_so()
    {
        foreach (var (one, other) in new[] { (This, AfterNext), (AfterNext, This), (Before, AfterNext), (AfterNext, Before) })
        {
            var difference = one.DifferenceTo(other);
            Assert.Equal($"it writes format {other.Format} and reads {other.Reads}, this node writes format {one.Format} and reads {one.Reads}", difference?.Cause);
            Assert.StartsWith("Upgrade or downgrade by one release at a time", difference?.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_member_that_does_not_say_what_it_reads_reads_what_it_writes()
    {
        // As the program wrote it before: format 1, 16 partitions, journal "j".
        byte[] ask = [0x0A, 1, (byte)'n', 0x12, 7, 0x08, 1, 0x10, 16, 0x1A, 1, (byte)'j'];
        Assert.True(JoinCodec.TryRead("ask-to-join/1", ask, out var message, out _));
        Assert.Equal(new AskToJoin("n", Before), message);
    }

    [Fact]
    public void Join_messages_say_what_is_read()
    {
        Assert.True(JoinCodec.TryRead("join-answer/1", JoinCodec.Write(new JoinAnswer("n", AfterNext, true)), out var message, out _));
        Assert.Equal(AfterNext, message.Agreement);
    }
}
