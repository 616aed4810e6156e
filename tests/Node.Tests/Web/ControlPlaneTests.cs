using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Web;
using Akka.Event;

namespace ActorLog.Node.Tests.Web;

public sealed class ControlPlaneTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;
    private readonly Readiness _readiness = new();
    private readonly Ledger _ledger = new();
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task It_is_alive_before_it_is_ready_and_says_why_it_is_not()
    {
        _readiness.SetFault("gateway", "bind TCP 0.0.0.0:6515: the port is in use", "stop the other program");
        await using var plane = await StartAsync(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.Equal((HttpStatusCode.OK, "alive\n"), await GetAsync(plane, "/alive"));
        var (status, text) = await GetAsync(plane, "/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("  cause: bind TCP 0.0.0.0:6515: the port is in use\n  remedy: stop the other program\n", text, StringComparison.Ordinal);

        _readiness.SetReady("gateway");
        Assert.Equal((HttpStatusCode.OK, "ready\ngateway: ready\nhttp: ready\n"), await GetAsync(plane, "/ready"));
        _readiness.SetStopping();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(plane, "/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(plane, "/alive")).Status);
    }

    [Fact]
    public async Task Metrics_show_the_books()
    {
        _ledger.Receive("udp", 3);
        _ledger.Receive("tcp", 0);
        _ledger.Drop(DropReason.SpoolFull, 2, "spool");
        _ledger.Add(LedgerAccount.Parsed, 3);
        _ledger.Add(LedgerAccount.Journaled, 9);
        _ledger.Set(LedgerLevel.SpoolBytesMax, 1 << 20);
        await using var plane = await StartAsync(new IPEndPoint(IPAddress.Loopback, 0));

        using var answer = await _client.GetAsync(new Uri(plane.Address!, "/metrics"));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var samples = Parse(await answer.Content.ReadAsStringAsync());

        Assert.Equal(3, samples["actorlog_received_records_total{source=\"udp\"}"]);
        Assert.Equal(0, samples["actorlog_received_records_total{source=\"tcp\"}"]);
        Assert.Equal(2, samples["actorlog_dropped_records_total{reason=\"spool-full\"}"]);
        Assert.Equal(9, samples["actorlog_journaled_records_total"]);
        Assert.Equal(1 << 20, samples["actorlog_spool_bytes_max"]);
        Assert.Equal(2, samples["actorlog_ledger_imbalance{role=\"edge\"}"]);
        Assert.Equal(0, samples["actorlog_ledger_imbalance{role=\"aggregator\"}"]);
        Assert.True(samples["process_resident_memory_bytes"] > 0);
        Assert.True(samples["dotnet_gc_heap_limit_bytes"] > samples["dotnet_gc_heap_bytes"]);
        Assert.True(samples["process_start_time_seconds"] > 1e9);
        Assert.DoesNotContain("actorlog_tls_certificate_expiry_seconds", samples.Keys);
    }

    [Fact]
    public async Task A_certificate_shows_when_it_ends()
    {
        _ledger.Set(LedgerLevel.CertificateEnds, DateTimeOffset.UtcNow.AddDays(10).ToUnixTimeSeconds());
        await using var plane = await StartAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var samples = Parse((await GetAsync(plane, "/metrics")).Text);
        Assert.InRange(samples["actorlog_tls_certificate_expiry_seconds"], 9 * 86400, 10 * 86400);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:8514", HttpStatusCode.OK)]
    [InlineData("[::1]:8514", HttpStatusCode.OK)]
    [InlineData("node1:8514", HttpStatusCode.OK)]
    [InlineData("rebound.example.org", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.example.org", HttpStatusCode.MisdirectedRequest)]
    public async Task On_loopback_only_the_nodes_own_names_are_answered(string host, HttpStatusCode expected)
    {
        await using var plane = await StartAsync(new IPEndPoint(IPAddress.Loopback, 0));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(plane.Address!, "/metrics"));
        request.Headers.Host = host;
        using var answer = await _client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public void Where_the_operator_opened_the_port_any_name_is_his()
    {
        var guard = new HostGuard(new IPEndPoint(IPAddress.Any, 8514), "node1");
        Assert.True(guard.Takes(new("actorlog.monitoring.svc")));
    }

    [Fact]
    public async Task It_takes_no_other_method_and_knows_no_other_path()
    {
        await using var plane = await StartAsync(new IPEndPoint(IPAddress.Loopback, 0));
        using var post = await _client.PostAsync(new Uri(plane.Address!, "/ready"), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(plane, "/")).Status);
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(plane.Address!, "/alive"));
        using var answer = await _client.SendAsync(head);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_taken_over_when_it_is_free()
    {
        var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        try
        {
            await using var plane = Start((IPEndPoint)holder.LocalEndpoint);
            await TestNode.Until(() => _readiness.Parts.Single().Value.Remedy is not null, "the fault is told");
            var fault = _readiness.Parts.Single();
            Assert.Equal("http", fault.Key);
            Assert.Contains("the port is in use (EADDRINUSE)", fault.Value.Cause, StringComparison.Ordinal);
            Assert.Contains("choose another port", fault.Value.Remedy, StringComparison.Ordinal);
            Assert.False(_readiness.IsReady);

            holder.Stop();
            await TestNode.Until(() => _readiness.IsReady, "the port is taken over");
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(plane, "/ready")).Status);
        }
        finally
        {
            holder.Dispose();
        }
    }

    [Fact]
    public async Task It_can_be_stopped_while_its_port_is_taken()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var plane = Start((IPEndPoint)holder.LocalEndpoint);
        await TestNode.Until(() => _readiness.Parts.Single().Value.Remedy is not null, "the fault is told");
        await plane.DisposeAsync();
    }

    private async Task<ControlPlane> StartAsync(IPEndPoint listen)
    {
        var plane = Start(listen);
        await TestNode.Until(() => plane.Address is not null, "it listens");
        return plane;
    }

    private ControlPlane Start(IPEndPoint listen)
    {
        var settings = TestNode.Read(_folder) with { Http = new HttpSettings(listen) };
        return ControlPlane.Start(settings, _readiness, new Metrics(_ledger, settings.Roles, TimeProvider.System), NoLogger.Instance)!;
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(ControlPlane plane, string path)
    {
        using var answer = await _client.GetAsync(new Uri(plane.Address!, path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    // The text format's rules that matter: a HELP and a TYPE ahead of each name, each name's samples together, none twice.
    private static Dictionary<string, double> Parse(string text)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var current = string.Empty;
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                var name = line.Split(' ')[2];
                Assert.True(name == current || seen.Add(name), $"{name} comes twice");
                current = name;
                continue;
            }

            var blank = line.LastIndexOf(' ');
            Assert.Equal(current, line[..blank].Split('{')[0]);
            samples.Add(line[..blank], double.Parse(line[(blank + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        }

        return samples;
    }
}
