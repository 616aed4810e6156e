using System.Threading.Channels;
using ActorLog.Node.Routing;
using ActorLog.Protocol.Batches;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using CsCheck;
using Channel = System.Threading.Channels.Channel;

namespace ActorLog.Node.Tests.Routing;

/// <summary>The stage that joins small batches: nothing waits without need, nothing is lost, doubled or put out of order.</summary>
#pragma warning disable CA1001 // xunit ends it by IAsyncLifetime.
public sealed class GatherTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly ActorSystem _system = ActorSystem.Create("gather", "akka { loglevel = OFF, stdout-loglevel = OFF }");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task ALoneRecordLeavesAtOnce()
    {
        var (input, output) = Run(64 * 1024, Never);
        input.TryWrite(Samples.Batch("web-1", "alone"));
        Assert.Equal(["alone"], await NextAsync(output));
        input.Complete();
        Assert.Null(await NextAsync(output));
    }

    [Fact]
    public async Task WhatComesWithinTheWindowIsJoinedAndTheEndWaitsForNoWindow()
    {
        var (input, output) = Run(64 * 1024, Never);
        input.TryWrite(Samples.Batch("web-1", "first"));
        Assert.Equal(["first"], await NextAsync(output));

        var demanded = NextAsync(output);
        for (var i = 0; i < 5; i++)
        {
            input.TryWrite(Samples.Batch("web-1", $"{i}"));
        }

        input.Complete();
        Assert.Equal(["0", "1", "2", "3", "4"], await demanded);
        Assert.Null(await NextAsync(output));
    }

    [Fact]
    public async Task TheWindowsEndLetsGoWhatWasGathered()
    {
        var (input, output) = Run(64 * 1024, TimeSpan.FromMilliseconds(50));
        input.TryWrite(Samples.Batch("web-1", "first"));
        Assert.Equal(["first"], await NextAsync(output));
        input.TryWrite(Samples.Batch("web-1", "second"));
        Assert.Equal(["second"], await NextAsync(output));
        input.Complete();
        Assert.Null(await NextAsync(output));
    }

    [Fact]
    public async Task FewRecordsOfASlotWaitUntilTheyAreMore()
    {
        var (input, output) = Run(64 * 1024, TimeSpan.Zero, thin: Never);
        input.TryWrite(Samples.Batch("web-1", "first"));
        Assert.Equal(["first"], await NextAsync(output));
        input.TryWrite(Samples.Batch("web-1", "1", "2", "3", "4", "5", "6", "7"));
        input.TryWrite(Samples.Batch("web-1", "8"));
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8"], await NextAsync(output));
        input.Complete();
        Assert.Null(await NextAsync(output));
    }

    [Fact]
    public async Task FewRecordsOfASlotDoNotWaitForever()
    {
        var (input, output) = Run(64 * 1024, TimeSpan.Zero, thin: TimeSpan.FromMilliseconds(50));
        input.TryWrite(Samples.Batch("web-1", "first"));
        Assert.Equal(["first"], await NextAsync(output));
        input.TryWrite(Samples.Batch("web-1", "few"));
        Assert.Equal(["few"], await NextAsync(output));
        input.Complete();
        Assert.Null(await NextAsync(output));
    }

    [Fact]
    public async Task AFullBatchPassesWithoutTheWindow()
    {
        var (input, output) = Run(1024, Never);
        input.TryWrite(Samples.Batch("web-1", "first"));
        Assert.Equal(["first"], await NextAsync(output));
        var large = new string('x', 600);
        input.TryWrite(Samples.Batch("web-1", "small"));
        input.TryWrite(Samples.Batch("web-1", large));
        Assert.Equal(["small", large], await NextAsync(output));
        input.Complete();
        Assert.Null(await NextAsync(output));
    }

    [Fact]
    public async Task WhileNobodyTakesItStopsPullingAtItsLimit()
    {
        var (input, output) = Run(1024, TimeSpan.Zero, queue: 1);
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (; written < 1000; written++)
            {
                await input.WriteAsync(Samples.Batch("web-1", new string('x', 800)));
            }

            input.Complete();
        });

        // However fast the writer is, no more than a few batches are between it and the one who takes.
        var taken = 0;
        while (await NextAsync(output) is { } messages)
        {
            taken += messages.Count;
            Assert.InRange(Volatile.Read(ref written) - taken, -1, 100);
        }

        Assert.Equal(1000, taken);
        await writing;
    }

    [Fact]
    public void NothingIsLostDoubledOrPutOutOfOrderWithinAHost()
    {
        var run = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 4], Gen.Int[0, 700]);
        Gen.Select(run.Array[0, 60], Gen.Int[0, 2]).Sample(
            (batches, windowMs) =>
            {
                var (input, output) = Run(1024, TimeSpan.FromMilliseconds(windowMs));
                var sent = new Dictionary<string, List<string>>();
                var number = 0;
                foreach (var (host, records, bytes) in batches)
                {
                    var messages = Enumerable.Range(0, records).Select(_ => $"{number++} " + new string('y', bytes)).ToArray();
                    var name = $"web-{host}";
                    (sent.TryGetValue(name, out var all) ? all : sent[name] = []).AddRange(messages);
                    input.TryWrite(Samples.Batch(name, messages));
                }

                input.Complete();
                var taken = new Dictionary<string, List<string>>();
                while (output.MoveNextAsync().AsTask().WaitAsync(NodeHost.Patience).Result)
                {
                    foreach (var batch in output.Current)
                    {
                        foreach (var record in batch)
                        {
                            var name = System.Text.Encoding.UTF8.GetString(record.Host);
                            (taken.TryGetValue(name, out var all) ? all : taken[name] = []).Add(
                                System.Text.Encoding.UTF8.GetString(record.Message));
                        }

                        batch.Dispose();
                    }
                }

                return sent.Count == taken.Count && sent.All(host => host.Value.SequenceEqual(taken[host.Key]));
            },
            iter: 200, threads: 1);
    }

    private (ChannelWriter<RecordBatch> Input, IAsyncEnumerator<IReadOnlyList<RecordBatch>> Output) Run(
        int bytesMax, TimeSpan window, int queue = 100_000, TimeSpan? thin = null)
    {
        var input = Channel.CreateBounded<RecordBatch>(queue);
        var output = ChannelSource.FromReader(input.Reader)
            .Via(new GatherStage(bytesMax, new GatherWindow(window, thin ?? window), 16))
            .RunAsAsyncEnumerable(_system.Materializer())
            .GetAsyncEnumerator();
        return (input.Writer, output);
    }

    // What leaves next, or null at the end.
    private static async Task<List<string>?> NextAsync(IAsyncEnumerator<IReadOnlyList<RecordBatch>> output)
    {
        if (!await output.MoveNextAsync().AsTask().WaitAsync(NodeHost.Patience))
        {
            return null;
        }

        var messages = new List<string>();
        foreach (var batch in output.Current)
        {
            messages.AddRange(Samples.Messages(batch));
            batch.Dispose();
        }

        return messages;
    }
}
