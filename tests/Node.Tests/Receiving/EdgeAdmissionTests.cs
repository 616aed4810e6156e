using ActorLog.Node.Receiving;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>Who is served, and which of his blocks are taken.</summary>
public sealed class EdgeAdmissionTests
{
    private static readonly VersionRange Speaks = new(1, 2);
    private static readonly EdgeAdmission Open = new(new EdgeIdentity("the test", null), 16, Speaks);
    private static readonly EdgeAdmission Web = new(new EdgeIdentity("the test", CertificateClaims.Of("web-*")), 16, Speaks);

    [Theory]
    [InlineData(1, 16, "web-1", null)]
    [InlineData(2, 16, "web-1", null)]
    [InlineData(0, 16, "web-1", "the edge speaks protocol 0 and the aggregator 1 to 2: upgrade the edge")]
    [InlineData(3, 16, "web-1", "the edge speaks protocol 3 and the aggregator 1 to 2: upgrade the aggregator")]
    [InlineData(2, 32, "web-1", "actorlog.partitions")]
    [InlineData(2, 16, "db-1", "does not allow the name 'db-1' (it allows web-*)")]
    public void AnEdgeIsServedWhoseVersionPartitionsAndNameFit(int version, int slots, string name, string? fault)
    {
        var found = Web.FindFault(new DeliveryFrame.Hello(version, name, slots, "", "test"));
        if (fault is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(fault, found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ABlockIsTakenWhosePartitionsAndHostsFit()
    {
        Assert.Null(FaultOf(Web, Samples.Block("web-7", "one")));
        Assert.Equal("the certificate does not allow the host 'db-1'", FaultOf(Web, Samples.Block("db-1", "one")));
        Assert.Equal("it is divided into 32 partitions, this cluster has 16", FaultOf(Web, Samples.BlockOf(32, "web-7", "one")));
    }

    [Fact]
    public void TheEdgeInThisProcessMayClaimAnythingButOtherPartitions()
    {
        Assert.Null(Open.FindFault(new DeliveryFrame.Hello(Speaks.Newest, "db-1", 16, "", "test")));
        Assert.Null(FaultOf(Open, Samples.Block("db-1", "one")));
        Assert.NotNull(FaultOf(Open, Samples.BlockOf(32, "db-1", "one")));
    }

    private static string? FaultOf(EdgeAdmission admission, byte[] block)
    {
        Assert.True(BlockHeader.TryRead(block, out var header, out _));
        return admission.FindFault(header, block);
    }
}
