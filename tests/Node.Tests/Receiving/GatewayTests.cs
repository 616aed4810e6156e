using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorLog.Node.Tests.Receiving;

/// <summary>Who comes in by a gateway, and that those who stay before it cost the others nothing.</summary>
public sealed class GatewayTests
{
    [Fact]
    public async Task Peers_that_are_silent_before_or_within_the_handshake_hold_up_no_edge()
    {
        const int Silent = 200;
        await using var gateway = await Gateway.Start(2 * Silent);
        var silent = new List<Socket>();
        for (var i = 0; i < Silent; i++)
        {
            var socket = await gateway.Plain();
            silent.Add(socket);
            await socket.SendAsync(Samples.HalfHello.AsMemory(0, i % 2 * Samples.HalfHello.Length));
        }

        await using var edge = await gateway.Edge();
        await gateway.Connected(1);
        // None of them had to go for that.
        Assert.DoesNotContain(silent, static socket => socket.Poll(0, SelectMode.SelectRead));
        silent.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task Peers_that_speak_plain_text_are_told_once_and_counted()
    {
        await using var gateway = await Gateway.Start(10);
        for (var i = 0; i < 20; i++)
        {
            using var plain = await gateway.Plain();
            await plain.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            // It is closed, and what it said is left unread.
            await Assert.ThrowsAsync<SocketException>(async () => await plain.ReceiveAsync(new byte[1]));
        }

        Assert.Matches(
            @"^gateway refused a connection: 127\.0\.0\.1:\d+: it does not speak TLS: it began with 'G'$", await gateway.Warning());
        await using var edge = await gateway.Edge();
        await gateway.Connected(1);
        Assert.False(gateway.HasWarned);
        Assert.Equal(20, gateway.Refused);
    }

    [Fact]
    public async Task Who_only_looks_whether_the_port_is_open_is_no_news()
    {
        await using var gateway = await Gateway.Start(10);
        for (var i = 0; i < 20; i++)
        {
            (await gateway.Plain()).Dispose();
        }

        await using var edge = await gateway.Edge();
        await gateway.Connected(1);
        Assert.False(gateway.HasWarned);
        Assert.Equal(0, gateway.Refused);
    }

    private sealed class Gateway : IAsyncDisposable
    {
        private readonly NodeHost _host = new() { Planted = ConfigurationFactory.ParseString("akka.loglevel = WARNING") };
        private readonly TestAuthority _authority;
        private readonly TestProbe _status;
        private readonly TestProbe _warnings;
        private IPEndPoint _listens = null!;

        private Gateway(int connectionsMax)
        {
            _authority = new TestAuthority(Path.Combine(_host.Folder, "certs"));
            var system = _host.StartOther();
            var kit = new TestKit(system);
            _status = kit.CreateTestProbe();
            _warnings = kit.CreateTestProbe();
            system.EventStream.Subscribe(_warnings, typeof(Warning));
            system.ActorOf(GatewayActor.Props(
                new GatewaySetup(
                    "node-1", 16, "journal-1", _host.Settings.Aggregator with { ConnectionsMax = connectionsMax },
                    kit.CreateTestProbe(), new IntakeBudget(1024 * 1024), _host.Ledger),
                new TlsIdentity(_authority.Server()), _status));
        }

        public long Refused => _host.Ledger[LedgerAccount.EdgesRefused];

        public static async Task<Gateway> Start(int connectionsMax)
        {
            var gateway = new Gateway(connectionsMax);
            var ready = await gateway._status.ExpectMsgAsync<GatewayReady>(NodeHost.Patience);
            gateway._listens = IPEndPoint.Parse(ready.Where);
            return gateway;
        }

        public async Task<Socket> Plain()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(_listens);
            return socket;
        }

        public async Task<Stream> Edge() => await new TlsIdentity(_authority.Client()).ConnectAsync(
            new NetworkStream(await Plain(), ownsSocket: true), "127.0.0.1", CancellationToken.None);

        public async Task Connected(int count) => await
            _status.FishForMessageAsync(message => message is GatewayConnections now && now.Count == count, NodeHost.Patience);

        /// <summary>Whether it has warned of more than was asked for.</summary>
        public bool HasWarned => _warnings.HasMessages;

        public async Task<string> Warning() => (await _warnings.ExpectMsgAsync<Warning>(NodeHost.Patience)).Message.ToString()!;

        public ValueTask DisposeAsync() => _host.DisposeAsync();
    }
}
