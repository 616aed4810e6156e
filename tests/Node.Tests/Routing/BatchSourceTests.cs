using System.Threading.Channels;
using ActorLog.Node.Listening;
using ActorLog.Node.Routing;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Channel = System.Threading.Channels.Channel;

namespace ActorLog.Node.Tests.Routing;

/// <summary>The graph's source, as listeners fill its queue.</summary>
public sealed class BatchSourceTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("batches");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Batches_come_in_order_whoever_tells_of_them_and_the_end_behind_the_last(bool tellsItself)
    {
        const int Batches = 2000;
        var queue = tellsItself ? BatchSource.CreateQueue(4) : Channel.CreateBounded<FrameBatch>(4);
        var sent = Enumerable.Range(0, Batches).Select(static _ => new FrameBatch()).ToArray();
        var seen = Run(queue.Reader);
        foreach (var (i, batch) in sent.Index())
        {
            await queue.Writer.WriteAsync(batch);
            if (i % 100 == 0)
            {
                // The source waits for the next one.
                await NodeHost.Until(() => queue.Reader.Count == 0, "it is read");
            }
        }

        queue.Writer.Complete();
        Assert.Equal(sent, await seen.WaitAsync(NodeHost.Patience));
    }

    [Fact]
    public async Task A_queue_that_ends_by_a_fault_fails_the_graph_with_it()
    {
        var queue = BatchSource.CreateQueue(4);
        var seen = Run(queue.Reader);
        queue.Writer.Complete(new InvalidOperationException("listeners"));
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => seen.WaitAsync(NodeHost.Patience));
        Assert.Equal("listeners", fault.GetBaseException().Message);
    }

    public void Dispose() => _system.Dispose();

    private Task<System.Collections.Immutable.IImmutableList<FrameBatch>> Run(ChannelReader<FrameBatch> queue) =>
        Source.FromGraph(new BatchSource(queue)).RunWith(Sink.Seq<FrameBatch>(), _system.Materializer());
}
