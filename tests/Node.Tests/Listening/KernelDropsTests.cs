using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;

namespace ActorLog.Node.Tests.Listening;

public sealed class KernelDropsTests
{
    [Fact]
    public void What_arrives_after_the_last_read_is_counted_and_what_came_before_can_be_read()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(socket.LocalEndPoint!);
        var ledger = new Ledger();
        var drops = new KernelDrops(socket, "udp", ledger);
        sender.Send("before"u8);

        drops.Shut();
        sender.Send("after"u8);
        sender.Send("after"u8);

        Assert.Equal("before"u8.Length, socket.Receive(new byte[10]));
        Assert.Equal(0, socket.Available);
        drops.Book();
        drops.Book();
        Assert.Equal(2, ledger[DropReason.Kernel]);
        var gap = Assert.Single(ledger.Gaps.Take());
        Assert.Equal(("udp", 2), (gap.Source, gap.Records));
        Assert.True(gap.FromTicks <= gap.ToTicks);
    }
}
