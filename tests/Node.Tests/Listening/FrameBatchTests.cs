using System.Net;
using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using CsCheck;

namespace ActorLog.Node.Tests.Listening;

public class FrameBatchTests
{
    private static readonly SourceSettings Settings = ListeningHost.Source("in", SourceTransport.Udp);

    [Fact]
    public void Frames_and_senders_are_kept_as_they_were_added()
    {
        var senders = Enumerable.Range(0, 40).Select(n => new Sender(Settings, [(byte)n], n % 2 == 0)).ToArray();
        Gen.Select(Gen.Int[0, 39], Gen.Byte.Array[1, 3000], Gen.Bool).Array[0, 400].Sample(added =>
        {
            using var batch = new FrameBatch();
            foreach (var (sender, bytes, truncated) in added)
            {
                batch.Append(senders[sender], bytes, truncated);
            }

            Assert.Equal(added.Length, batch.Count);
            for (var i = 0; i < added.Length; i++)
            {
                var frame = batch.Frames[i];
                Assert.Equal(added[i].Item2, batch.BytesOf(frame).ToArray());
                Assert.Same(senders[added[i].Item1], batch.Senders[frame.Sender]);
                Assert.Equal(added[i].Item3, frame.Truncated);
            }

            Assert.Equal(added.Select(item => item.Item1).Distinct().Count(), batch.Senders.Count);
        }, iter: 50);
    }

    [Fact]
    public void A_record_larger_than_the_slab_fits()
    {
        using var batch = new FrameBatch();
        var sender = new Sender(Settings, [1], true);
        batch.Append(sender, [1, 2, 3], false);
        var large = new byte[3_000_000];
        large.AsSpan().Fill(7);
        batch.Append(sender, large, true);
        Assert.Equal([1, 2, 3], batch.BytesOf(batch.Frames[0]).ToArray());
        Assert.True(batch.BytesOf(batch.Frames[1]).SequenceEqual(large));
        Assert.True(batch.IsFull);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    public void A_batch_that_waits_holds_what_it_needs(int bytes)
    {
        using var batch = new FrameBatch();
        var frame = new byte[bytes];
        frame.AsSpan().Fill(7);
        batch.Append(new Sender(Settings, [1], true), frame, false);

        batch.Fit();

        Assert.Equal(SlabPool.SizeFor(bytes) + SlabPool.PaddingBytes, batch.Memory.Length);
        Assert.True(batch.BytesOf(batch.Frames[0]).SequenceEqual(frame));
        batch.Append(new Sender(Settings, [2], true), frame, false);
        Assert.True(batch.BytesOf(batch.Frames[0]).SequenceEqual(frame));
        Assert.True(batch.BytesOf(batch.Frames[1]).SequenceEqual(frame));
    }

    [Fact]
    public void A_batch_is_disposed_once()
    {
        var batch = new FrameBatch();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(batch.Dispose);
    }

    [Fact]
    public void Records_are_booked_by_source()
    {
        var other = ListeningHost.Source("other", SourceTransport.Tcp);
        var ledger = new Ledger();
        using var batch = new FrameBatch();
        batch.Append(new Sender(Settings, [1], true), [1], false);
        batch.Append(new Sender(Settings, [2], true), [1], false);
        batch.Append(new Sender(other, [1], true), [1], false);
        batch.BookTo(ledger);
        Assert.Equal([("in", 2L), ("other", 1L)], ledger.ReceivedBySource.Order());
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", false)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", false)]
    [InlineData("2001:DB8:0:0::17", "2001:db8::17", false)]
    [InlineData("127.0.0.1", "node1", true)]
    [InlineData("127.8.9.1", "node1", true)]
    [InlineData("::1", "node1", true)]
    [InlineData("::ffff:127.0.0.1", "node1", true)]
    public void A_sender_is_filed_under_the_node_or_its_address(string address, string host, bool isLocal)
    {
        var table = new SenderTable(Settings, "node1");
        var sender = table.Of(new IPEndPoint(IPAddress.Parse(address), 1));
        Assert.Equal(host, Encoding.UTF8.GetString(sender.Host));
        Assert.Equal(isLocal, sender.IsLocal);
        Assert.Same(sender, table.Of(new IPEndPoint(IPAddress.Parse(address), 2)));
    }

    [Fact]
    public void Forged_addresses_do_not_fill_the_memory()
    {
        var table = new SenderTable(Settings, "node1");
        for (var i = 0; i < 20_000; i++)
        {
            var address = new IPAddress([10, 1, (byte)(i >> 8), (byte)i]);
            Assert.Equal(address.ToString(), Encoding.UTF8.GetString(table.Of(new IPEndPoint(address, 1)).Host));
        }
    }

    [Fact]
    public void A_lone_frame_leaves_at_once_and_a_stream_once_in_a_window()
    {
        var pace = new HandOverPace(TimeSpan.FromMilliseconds(5));
        Assert.Equal(0, pace.RemainingMs(1000));
        pace.HandedOver(1000);
        Assert.False(pace.IsSteady);
        Assert.Equal(5, pace.RemainingMs(1000));
        Assert.Equal(1, pace.RemainingMs(1004));
        Assert.Equal(0, pace.RemainingMs(1005));
        pace.HandedOver(1006);
        Assert.True(pace.IsSteady);
        Assert.Equal(0, pace.RemainingMs(2000));
        pace.HandedOver(2000);
        Assert.False(pace.IsSteady);
    }
}
