using ActorLog.Node.Forwarding;

namespace ActorLog.Node.Tests.Forwarding;

public sealed class PeerWatchTests
{
    private readonly PeerWatch _watch = new(TimeSpan.FromSeconds(30));

    [Fact]
    public void A_peer_is_silent_that_neither_speaks_nor_takes_bytes_for_too_long()
    {
        _watch.OnConnected(At(100));
        Assert.Null(_watch.FindSilence(new(0, true), At(130)));
        Assert.Equal(At(31), _watch.FindSilence(new(0, true), At(131)));
        _watch.OnHeard(At(131));
        Assert.Null(_watch.FindSilence(new(0, true), At(161)));
    }

    [Fact]
    public void A_peer_whose_kernel_takes_bytes_is_there_but_not_one_that_takes_pings_only()
    {
        _watch.OnConnected(At(0));
        Assert.Null(_watch.FindSilence(new(4096, true), At(40)));
        Assert.Null(_watch.FindSilence(new(8191, true), At(70)));
        Assert.NotNull(_watch.FindSilence(new(8191, true), At(71)));
        _watch.OnConnected(At(100));
        Assert.Null(_watch.FindSilence(new(4096, true), At(140)));
    }

    [Fact]
    public void A_kernel_that_has_taken_all_of_it_speaks_for_nobody()
    {
        _watch.OnConnected(At(0));
        Assert.Null(_watch.FindSilence(new(100_000, false), At(29)));
        Assert.Equal(At(31), _watch.FindSilence(new(200_000, false), At(31)));
    }

    [Fact]
    public void A_ping_is_due_every_five_seconds()
    {
        Assert.Equal([5, 10, 15], Enumerable.Range(1, 17).Where(second => _watch.TryPing(At(second))));
    }

    private static TimeSpan At(int second) => TimeSpan.FromSeconds(second);
}
