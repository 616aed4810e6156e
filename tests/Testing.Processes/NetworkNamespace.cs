using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ActorLog.Testing.Processes;

/// <summary>
/// A network namespace with its own loopback, hosts file and firewall; gone with the test, and one that a killed run left is
/// swept away by the next. Needs root.
/// </summary>
public sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const string Mark = "actorlog-";
    private const string Mounted = "/run/netns";
    private const string Own = "/etc/netns";
    private const int NewNetwork = 0x40000000;
    private static int _made;

    private NetworkNamespace(string name) => Name = name;

    /// <summary>Its name for ip(8).</summary>
    public string Name { get; }

    /// <summary>What stands before a command that is to run in it.</summary>
    public IReadOnlyList<string> Prefix => [Repository.Part("ip"), "netns", "exec", Name];

    /// <summary>Makes one.</summary>
    public static async Task<NetworkNamespace> Make(string what)
    {
        await SweepAsync();
        var network = new NetworkNamespace($"{Mark}{Environment.ProcessId}-{what}{Interlocked.Increment(ref _made)}");
        await Ip("netns", "add", network.Name);
        await network.Configure("link", "set", "lo", "up");
        Directory.CreateDirectory(network.Etc);
        return network;
    }

    /// <summary>ip(8) in it.</summary>
    public Task<IReadOnlyList<string>> Configure(params string[] arguments) => Ip(["-n", Name, .. arguments]);

    /// <summary>Runs a command in it to its end.</summary>
    public Task<IReadOnlyList<string>> Run(string command, params string[] arguments)
    {
        var prefix = Prefix;
        return ChildProcess.Run(prefix[0], [.. prefix.Skip(1), Repository.Part(command), .. arguments], "/");
    }

    /// <summary>What /etc/NAME is for those who run in it: hosts, resolv.conf. In place, so that it changes for who runs already.</summary>
    public void WriteEtc(string name, string text) => File.WriteAllText(Path.Combine(Etc, name), text);

    /// <summary>A socket of this namespace: a socket stays where it was made.</summary>
    public Socket OpenSocket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        Socket? socket = null;
        Exception? fault = null;
        // A thread of its own, which is never used for anything else: it does not come back.
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle(Path.Combine(Mounted, Name));
                socket = Enter(handle.DangerousGetHandle().ToInt32(), NewNetwork) == 0
                    ? new Socket(family, type, protocol)
                    : throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new InvalidOperationException($"no socket in {Name}", fault);
    }

    /// <summary>HTTP to what listens in it, or to this machine when there is none.</summary>
    public static HttpClient HttpIn(NetworkNamespace? network) => network is null ? new HttpClient() : new HttpClient(
        new SocketsHttpHandler
        {
            ConnectCallback = async (context, stop) =>
            {
                var socket = network.OpenSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RemoveAsync(Name);

    private string Etc => Path.Combine(Own, Name);

    private static async Task RemoveAsync(string name)
    {
        await Ip("netns", "delete", name);
        if (Directory.Exists(Path.Combine(Own, name)))
        {
            Directory.Delete(Path.Combine(Own, name), recursive: true);
        }
    }

    // What bears our mark and the id of a process that is no more was left by a run that was killed.
    private static async Task SweepAsync()
    {
        foreach (var path in Directory.Exists(Mounted) ? Directory.GetFiles(Mounted, Mark + "*") : [])
        {
            var name = Path.GetFileName(path);
            var owner = int.Parse(name[Mark.Length..].Split('-')[0], CultureInfo.InvariantCulture);
            if (Directory.Exists($"/proc/{owner}"))
            {
                continue;
            }

            foreach (var id in await Ip("netns", "pids", name))
            {
                using var left = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
                left.Kill();
            }

            await RemoveAsync(name);
        }
    }

    private static Task<IReadOnlyList<string>> Ip(params string[] arguments) =>
        ChildProcess.Run(Repository.Part("ip"), arguments, "/");

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int handle, int kind);
}
