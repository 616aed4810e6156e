using ActorLog.Node.Links;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Tests.Links;

/// <summary>Frames over a stream: in order, to the last one, and an end that everyone learns of.</summary>
public sealed class FrameLinkTests
{
    [Fact]
    public async Task FramesComeInOrderAndTheLastOneBeforeTheEnd()
    {
        var (one, other) = Pair();
        var got = new List<ulong>();
        var receiving = other.RunAsync(Into(got), default);
        var sending = one.RunAsync(Ignore, default);
        for (var i = 0UL; i < 2000; i++)
        {
            one.Send(new DeliveryFrame.Ping(i));
        }

        one.CompleteSending();
        await NodeHost.Until(() => Count(got) == 2000, "all have come");
        Assert.Equal(Enumerable.Range(0, 2000).Select(static i => (ulong)i), got);
        Assert.False(sending.IsCompleted, "a side that only completed its sending hears the other out");

        await other.DisposeAsync();
        await sending.WaitAsync(NodeHost.Patience).ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
        await receiving.WaitAsync(NodeHost.Patience).ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task WhoIsCancelledEndsAndTheOtherLearnsOfIt()
    {
        var (one, other) = Pair();
        using var stop = new CancellationTokenSource();
        var cancelled = one.RunAsync(Ignore, stop.Token);
        var left = other.RunAsync(Ignore, default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(NodeHost.Patience));
        await left.WaitAsync(NodeHost.Patience);
        // After the end a frame goes nowhere, and nobody is hurt.
        one.Send(new DeliveryFrame.Ping(1));
        await one.DisposeAsync();
    }

    [Fact]
    public async Task WhatIsNoFrameIsAnErrorThatNamesThePeer()
    {
        var (stream, gateway) = InProcessLink.Create();
        var link = new FrameLink(gateway, "10.0.0.5");
        var running = link.RunAsync(Ignore, default);
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await stream.FlushAsync();
        var error = await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(NodeHost.Patience));
        Assert.StartsWith("10.0.0.5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilenceCountsOnlyWhileTheReaderWaits()
    {
        var (one, other) = Pair();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var got = new List<ulong>();
        using var stop = new CancellationTokenSource();
        var receiving = other.RunAsync(
            async frame =>
            {
                await Into(got)(frame);
                await gate.Task;
            },
            stop.Token);
        var sending = one.RunAsync(Ignore, stop.Token);
        await NodeHost.Until(() => other.Waiting > TimeSpan.Zero, "nothing has come");
        one.Send(new DeliveryFrame.Ping(1));
        await NodeHost.Until(() => Count(got) == 1, "a frame is taken");
        Assert.Equal(TimeSpan.Zero, other.Waiting);
        gate.SetResult();
        await NodeHost.Until(() => other.Waiting > TimeSpan.Zero, "it waits for the next");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(receiving, sending).WaitAsync(NodeHost.Patience));
    }

    [Fact]
    public async Task WhileAFrameIsTakenTheNextOneWaits()
    {
        var (one, other) = Pair();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var got = new List<ulong>();
        var receiving = other.RunAsync(
            async frame =>
            {
                await Into(got)(frame);
                await gate.Task;
            },
            default);
        using var stop = new CancellationTokenSource();
        var sending = one.RunAsync(Ignore, stop.Token);
        one.Send(new DeliveryFrame.Ping(1));
        one.Send(new DeliveryFrame.Ping(2));
        await NodeHost.Until(() => Count(got) == 1, "the first has come");
        Assert.Equal(1, Count(got));
        gate.SetResult();
        await NodeHost.Until(() => Count(got) == 2, "the second has come");
        await stop.CancelAsync();
        await receiving.WaitAsync(NodeHost.Patience);
        await sending.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task ASenderWhoseReceiverIsSlowIsHeldByThePipeAndLosesNothing()
    {
        var (one, other) = Pair();
        var block = new byte[200_000];
        for (var n = 1; n <= 40; n++)
        {
            one.Send(new DeliveryFrame.Batch(1, n, block));
        }

        using var stop = new CancellationTokenSource();
        var sending = one.RunAsync(Ignore, stop.Token);
        var numbers = new List<ulong>();
        var receiving = other.RunAsync(
            frame =>
            {
                lock (numbers)
                {
                    numbers.Add((ulong)((DeliveryFrame.Batch)frame).N);
                }

                return ValueTask.CompletedTask;
            },
            default);
        await NodeHost.Until(() => Count(numbers) == 40, "all have come");
        Assert.Equal(Enumerable.Range(1, 40).Select(static n => (ulong)n), numbers);
        await stop.CancelAsync();
        await receiving.WaitAsync(NodeHost.Patience);
        await sending.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
    }

    private static (FrameLink One, FrameLink Other) Pair()
    {
        var (edge, gateway) = InProcessLink.Create();
        return (new FrameLink(edge, "edge"), new FrameLink(gateway, "gateway"));
    }

    private static ValueTask Ignore(DeliveryFrame frame) => ValueTask.CompletedTask;

    private static Func<DeliveryFrame, ValueTask> Into(List<ulong> got) => frame =>
    {
        lock (got)
        {
            got.Add(((DeliveryFrame.Ping)frame).Token);
        }

        return ValueTask.CompletedTask;
    };

    private static int Count(List<ulong> got)
    {
        lock (got)
        {
            return got.Count;
        }
    }
}
