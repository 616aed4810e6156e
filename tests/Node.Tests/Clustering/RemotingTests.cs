using System.Net;
using System.Net.Sockets;

namespace ActorLog.Node.Tests.Clustering;

/// <summary>What Akka's remoting, as it is set up here, makes of connections that cross.</summary>
public sealed class RemotingTests
{
    [Fact]
    public async Task Who_is_started_again_hears_and_is_heard_though_its_first_connection_crosses_one_to_it()
    {
        await using var host = new ClusterHost(1);
        using var relay = new HoldingRelay();
        using var one = new RemotePeer(host, Bind());
        using (var before = new RemotePeer(host, Bind(), behind: relay))
        {
            await NodeHost.Until(() => one.IsAnsweredBy(before), "they hear each other");
            // As if it had been killed: one is not told that it ends.
            relay.Cut();
        }

        relay.Hold();
        using var after = new RemotePeer(host, Bind(), behind: relay);
        await NodeHost.Until(() => one.IsAnsweredBy(after) || relay.Held > 0, "one dials the address");
        var cameIn = one.CameIn;
        after.Greet(one);
        await NodeHost.Until(() => one.CameIn > cameIn, "the new peer has come to one meanwhile");
        relay.Release();
        await NodeHost.Until(() => after.CameIn > 0 || relay.Open == 0, "one has come to it, or given that up");

        await NodeHost.Until(() => one.IsAnsweredBy(after), "they hear each other");
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
