using System.Net;
using System.Net.Sockets;
using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>A peer that takes RFC 3164 lines over TCP and forwards them to an edge.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;

    private Peer(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>syslog-ng with a driver for the destination, such as <c>network("127.0.0.1" port(1) transport("tcp"))</c>.</summary>
    public static Task<Peer> SyslogNg(string destination, string scratch)
    {
        var port = FreePort.Next();
        var file = Path.Combine(scratch, "syslog-ng.conf");
        File.WriteAllText(file, $$"""
            @version: 3.38
            options { keep-hostname(yes); chain-hostnames(no); use-dns(no); time-reopen(1); stats-freq(0); };
            source s_in { network(ip("127.0.0.1") port({{port}}) transport("tcp") max-connections(50) log-iw-size(50000)); };
            destination d_edge { {{destination}}; };
            log { source(s_in); destination(d_edge); flags(flow-control); };

            """);
        return Start(
            Repository.Part("syslog-ng"),
            ["-F", "--no-caps", "-f", file, "-R", Path.Combine(scratch, "persist"), "-p", Path.Combine(scratch, "pid"), "-c", Path.Combine(scratch, "ctl")],
            scratch,
            port);
    }

    /// <summary>rsyslog with parameters of its omfwd action.</summary>
    public static Task<Peer> Rsyslog(string action, string scratch)
    {
        var port = FreePort.Next();
        var file = Path.Combine(scratch, "rsyslog.conf");
        File.WriteAllText(file, $$"""
            global(workDirectory="{{scratch}}" maxMessageSize="8k" net.enableDNS="off")
            module(load="imptcp")
            input(type="imptcp" address="127.0.0.1" port="{{port}}" ruleset="forward")
            ruleset(name="forward") {
              action(type="omfwd" target="127.0.0.1" {{action}} action.resumeRetryCount="-1" action.resumeInterval="1")
            }

            """);
        return Start(
            Repository.UnpackedPart("rsyslog/usr/sbin/rsyslogd"),
            ["-n", "-f", file, "-i", Path.Combine(scratch, "pid"), "-M", Repository.UnpackedPart("rsyslog/usr/lib/*/rsyslog")],
            scratch,
            port);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>For a failing test.</summary>
    public string Account() => _process.Account();

    private static async Task<Peer> Start(string command, string[] arguments, string scratch, int port)
    {
        var peer = new Peer(ChildProcess.Start(command, arguments, scratch), port);
        try
        {
            await Eventually.True(() => Task.FromResult(peer.IsListening()), Limit, () => $"a listener on {port}: {peer.Account()}");
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    private bool IsListening()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException(Account());
        }
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }
}
