using System.Net.Sockets;
using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using ActorLog.Testing.Processes;
using static ActorLog.Testing.Nodes.ListeningHost;

namespace ActorLog.Node.Tests.Listening;

public class ListenerLifeTests
{
    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static TheoryData<bool, SourceTransport> Everything() => BothPaths(Enum.GetValues<SourceTransport>());

    public static TheoryData<bool, SourceTransport> Unix() =>
        BothPaths(SourceTransport.UnixDatagram, SourceTransport.UnixStream);

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task What_was_sent_before_the_stop_is_handed_over(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        using var socket = await host.Connect(source);
        for (var i = 0; i < 8; i++)
        {
            await socket.SendAsync(Bytes($"<13>{i}\0"));
        }

        await host.Stop();
        await host.Received(8);
        await Until(() => host.Messages.Contains(new ListeningStopped("in")), "the observer is told");
        Assert.False(File.Exists(host.PathOf("in")));
        Assert.Equal(8, host.Ledger[LedgerAccount.Received]);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_taken_address_is_explained_and_becomes_ready_when_it_is_free(
        bool portable, SourceTransport transport)
    {
        await using var holder = new ListeningHost(portable, Source("in", transport));
        var taken = await holder.Ready("in");
        var path = holder.PathOf("in");
        var source = Source("late", transport, port: taken.Port);
        await using var host = new ListeningHost(portable, source.Path is null ? source : source with { Path = path });
        var fault = await host.Faulted("late");
        Assert.Contains("EADDRINUSE", fault.Cause, StringComparison.Ordinal);
        if (source.Path is null && OperatingSystem.IsLinux())
        {
            Assert.Contains($"(pid {Environment.ProcessId})", fault.Cause, StringComparison.Ordinal);
        }

        await holder.Stop();
        await host.Ready("late");
    }

    [Theory]
    [MemberData(nameof(Unix))]
    public async Task A_stale_socket_file_is_replaced_and_its_bits_are_set(bool portable, SourceTransport transport)
    {
        var folder = Directory.CreateTempSubdirectory("al").FullName;
        var path = Path.Combine(folder, "s");
        LeaveStale(path, transport);
        var source = Source("in", transport) with { Path = path };
        await using (var host = new ListeningHost(portable, source))
        {
            await host.Ready("in");
            Assert.True(OperatingSystem.IsWindows() || source.PathMode == File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Unix))]
    public async Task A_file_that_is_no_socket_is_left_alone(bool portable, SourceTransport transport)
    {
        var folder = Directory.CreateTempSubdirectory("al").FullName;
        var path = Path.Combine(folder, "precious");
        await File.WriteAllTextAsync(path, "text");
        await using (var host = new ListeningHost(portable, Source("in", transport) with { Path = path }))
        {
            var fault = await host.Faulted("in");
            Assert.Contains("not a socket", fault.Cause, StringComparison.Ordinal);
            Assert.NotEmpty(fault.Remedy);
            Assert.Equal("text", await File.ReadAllTextAsync(path));
            File.Delete(path);
            await host.Ready("in");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_address_of_another_machine_and_a_missing_directory_are_explained()
    {
        await using var host = new ListeningHost(
            false,
            Source("away", SourceTransport.Udp, address: "192.0.2.1"),
            Source("nowhere", SourceTransport.UnixStream) with { Path = "/nonexistent/x" },
            Source("long", SourceTransport.UnixDatagram) with { Path = "/" + new string('x', 120) },
            Source("odd", SourceTransport.UnixDatagram) with { Path = "a\0b" });
        Assert.NotEmpty((await host.Faulted("odd")).Cause);
        Assert.Contains("EADDRNOTAVAIL", (await host.Faulted("away")).Cause, StringComparison.Ordinal);
        Assert.Contains("/nonexistent", (await host.Faulted("nowhere")).Remedy, StringComparison.Ordinal);
        Assert.Contains("longer", (await host.Faulted("long")).Cause, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_flow_that_stands_still_is_shed_counted_and_recovers(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, 1, TimeSpan.FromMilliseconds(100), source);
        using var socket = await host.Connect(source);
        host.CloseTap();
        var sent = 0;
        while (host.Ledger[DropReason.Stalled] == 0)
        {
            await socket.SendAsync(Bytes($"<13>{sent++}\0"));
            Assert.True(sent < 1_000_000);
        }

        host.OpenTap();
        await Until(() => host.Texts.Any(), "it moves again");
        var dropped = host.Ledger[DropReason.Stalled];
        while (!host.Texts.Any(text => text.StartsWith("<13>again", StringComparison.Ordinal)))
        {
            await socket.SendAsync(Bytes("<13>again\0"));
            sent++;
            await Task.Delay(5);
        }

        await host.Stop();
        await Until(
            () => host.Ledger[LedgerAccount.Received] == host.Records.Count + host.Ledger[DropReason.Stalled],
            "every record is either taken or shed");
        Assert.Equal(sent, host.Ledger[LedgerAccount.Received] + host.Ledger[DropReason.Kernel]);
        Assert.True(host.Ledger[DropReason.Stalled] >= dropped);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Datagrams_that_the_kernel_dropped_are_booked(bool portable)
    {
        var source = Source("in", SourceTransport.Udp) with { ReceiveBufferBytes = 4096 };
        await using var host = new ListeningHost(portable, 1, TimeSpan.FromSeconds(10), source);
        using var socket = await host.Connect(source);
        host.CloseTap();
        const int Sent = 5000;
        for (var i = 0; i < Sent; i++)
        {
            await socket.SendAsync(Bytes($"<13>{i} {new string('x', 200)}"));
        }

        host.OpenTap();
        await host.Stop();
        Assert.True(host.Ledger[DropReason.Kernel] > 0);
        Assert.Equal(Sent, host.Ledger[LedgerAccount.Received] + host.Ledger[DropReason.Kernel]);
    }

    [Theory]
    [InlineData(SourceTransport.UnixStream)]
    [InlineData(SourceTransport.UnixDatagram)]
    public void A_socket_that_closes_late_leaves_the_file_of_the_one_that_took_its_place(SourceTransport transport)
    {
        using var folder = new TempDirectory();
        var source = Source("in", transport) with { Path = folder["in.sock"] };
        Assert.True(SocketBinding.TryBind(source, out var first, out _));
        File.Delete(source.Path);
        Assert.True(SocketBinding.TryBind(source, out var second, out _));

        first.Dispose();
        Assert.True(File.Exists(source.Path));
        second.Dispose();
        Assert.False(File.Exists(source.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_transport_listens_in_one_node(bool portable)
    {
        var sources = Enum.GetValues<SourceTransport>().Select(kind => Source(kind.ToString(), kind)).ToArray();
        var onSix = Source("six", SourceTransport.Tcp, address: "::1");
        await using var host = new ListeningHost(portable, [.. sources, onSix]);
        foreach (var source in sources)
        {
            using var socket = await host.Connect(source);
            await socket.SendAsync(Bytes($"<13>{source.Name}\0"));
        }

        using var six = await host.Connect(onSix);
        await six.SendAsync(Bytes("<13>six\0"));
        await host.Received(6);
        Assert.All(host.Records, record => Assert.Equal("<13>" + record.Source, record.Text.TrimEnd('\0')));
        Assert.All(host.Records, record => Assert.Equal("node1", record.Host));
    }

    private static void LeaveStale(string path, SourceTransport transport)
    {
        // The library removes the file of a socket that it closes: the file is kept by another name meanwhile.
        var isStream = transport == SourceTransport.UnixStream;
        using var socket = new Socket(
            AddressFamily.Unix, isStream ? SocketType.Stream : SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.Move(path, path + "~");
        socket.Dispose();
        File.Move(path + "~", path);
    }
}
