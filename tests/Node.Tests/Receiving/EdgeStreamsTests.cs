using ActorLog.Node.Receiving;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>The streams of one connection, and what they hold of the budget.</summary>
public sealed class EdgeStreamsTests : IDisposable
{
    private const long BudgetBytes = 1000;

    private readonly IntakeBudget _budget = new(BudgetBytes);
    private readonly IntakeShare _share;
    private readonly EdgeStreams _streams;

    public EdgeStreamsTests()
    {
        _share = new IntakeShare(_budget);
        _streams = new EdgeStreams(2, BudgetBytes, _share);
    }

    public void Dispose() => _share.Dispose();

    [Fact]
    public void AStreamIsOpenedOnceAndNoMoreThanTheMost()
    {
        Assert.True(_streams.TryOpen(new DeliveryFrame.Open(1, "run", 0)));
        Assert.False(_streams.TryOpen(new DeliveryFrame.Open(1, "other", 0)));
        for (var id = 2u; id <= EdgeStreams.CountMax; id++)
        {
            Assert.True(_streams.TryOpen(new DeliveryFrame.Open(id, "run", 0)));
        }

        Assert.False(_streams.TryOpen(new DeliveryFrame.Open(EdgeStreams.CountMax + 1, "run", 0)));
        Assert.Equal(EdgeStreams.CountMax, _streams.Of("run").Count);
    }

    [Fact]
    public async Task OnlyWhatMovesAStreamIsTold()
    {
        var stream = await TakeTwoAsync();
        Assert.Null(_streams.Store(stream, Stored(stream, 2)));
        Assert.Equal(new DeliveryFrame.Ack(1, 2, 0), _streams.Store(stream, Stored(stream, 1)));
        Assert.Null(_streams.Store(stream, Stored(stream, 1)));

        Assert.Empty(_streams.Settle(new SettledAnswer(0, "run", 2, null)));
        Assert.Empty(_streams.Settle(new SettledAnswer(1, "another", 2, null)));
        Assert.Equal([new DeliveryFrame.Ack(1, 2, 2)], _streams.Settle(new SettledAnswer(1, "run", 2, null)));
        Assert.Empty(_streams.Settle(new SettledAnswer(1, "run", 2, null)));
    }

    [Fact]
    public async Task WhatIsStoredOrClosedIsGivenBack()
    {
        var stream = await TakeTwoAsync();
        _streams.Store(stream, Stored(stream, 2));
        _streams.Close(stream);
        Assert.False(_streams.TryGet(1, out _));
        // One who takes all of it gets it only when nobody holds anything.
        await _budget.TakeAsync(BudgetBytes, default).AsTask().WaitAsync(NodeHost.Patience);
    }

    [Fact]
    public async Task AStreamIsUnansweredWhenAPartHasWaitedForTwentySeconds()
    {
        var stream = await TakeTwoAsync();
        Assert.False(stream.IsUnansweredAfter(TimeSpan.FromSeconds(20)));
        _streams.Store(stream, Stored(stream, 1));
        Assert.False(stream.IsUnansweredAfter(TimeSpan.FromSeconds(20)));
        Assert.True(stream.IsUnansweredAfter(TimeSpan.FromSeconds(1)));
        _streams.Store(stream, Stored(stream, 2));
        Assert.False(stream.IsUnansweredAfter(TimeSpan.FromHours(1)));
    }

    private async Task<EdgeStream> TakeTwoAsync()
    {
        Assert.True(_streams.TryOpen(new DeliveryFrame.Open(1, "run", 0)));
        Assert.True(_streams.TryGet(1, out var stream));
        for (var n = 1; n <= 2; n++)
        {
            await _share.TakeAsync(300, default);
            Assert.Equal(TakeOutcome.Taken, stream.Window.TryTake(n, n - 1, 300, out _));
        }

        return stream;
    }

    private static PartAnswer Stored(EdgeStream stream, long n) => new(0, stream.Origin, n, PartAnswerKind.Stored, 0, "");
}
