using ActorLog.Node.Forwarding;

namespace ActorLog.Node.Tests.Forwarding;

public sealed class PeerWatchTests
{
    private readonly PeerWatch _watch = new(TimeSpan.FromSeconds(30));

    [Fact]
    public void A_peer_is_silent_that_neither_speaks_nor_takes_bytes_for_too_long()
    {
        _watch.OnConnected(At(100));
        Assert.Null(_watch.FindSilence(0, At(130)));
        Assert.Equal(At(31), _watch.FindSilence(0, At(131)));
        _watch.OnHeard(At(131));
        Assert.Null(_watch.FindSilence(0, At(161)));
    }

    [Fact]
    public void A_peer_whose_kernel_takes_bytes_is_there_but_not_one_that_takes_pings_only()
    {
        _watch.OnConnected(At(0));
        Assert.Null(_watch.FindSilence(4096, At(40)));
        Assert.Null(_watch.FindSilence(8191, At(70)));
        Assert.NotNull(_watch.FindSilence(8191, At(71)));
        _watch.OnConnected(At(100));
        Assert.Null(_watch.FindSilence(4096, At(140)));
    }

    [Fact]
    public void A_ping_is_due_every_five_seconds()
    {
        Assert.Equal([5, 10, 15], Enumerable.Range(1, 17).Where(second => _watch.TryPing(At(second))));
    }

    private static TimeSpan At(int second) => TimeSpan.FromSeconds(second);
}
