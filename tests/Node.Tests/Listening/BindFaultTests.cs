using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Listening;

public sealed class BindFaultTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("al").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(514, "1024", null, "privileged", "CAP_NET_BIND_SERVICE")]
    [InlineData(80, "0", null, "EACCES", "security module")]
    [InlineData(2222, "1024", "1", "SELinux is enforcing", "semanage port -a -t syslogd_port_t -p tcp 2222")]
    [InlineData(2222, "1024", "0", "EACCES", "security module")]
    [InlineData(514, "1024", "1", "privileged", "CAP_NET_BIND_SERVICE")]
    public void A_denied_bind_is_explained(int port, string start, string? enforce, string cause, string remedy)
    {
        Write("proc/sys/net/ipv4/ip_unprivileged_port_start", start + "\n");
        Write("proc/self/attr/current", "system_u:system_r:unconfined_service_t:s0\0");
        if (enforce is not null)
        {
            Write("sys/fs/selinux/enforce", enforce);
        }

        var fault = Fault(port, SocketError.AccessDenied);
        Assert.Contains(cause, fault.Cause, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Remedy, StringComparison.Ordinal);
        Assert.Equal(cause.Contains("SELinux"), fault.Cause.EndsWith(":s0", StringComparison.Ordinal));
    }

    [Fact]
    public void The_holder_of_a_port_is_left_out_when_it_cannot_be_seen()
    {
        Write(
            "proc/net/tcp",
            "  sl  local_address\n   0: 0100007F:08AE 00000000:0000 0A 0:0 00:0 00000000 0 0 4711 1 0\n");
        Assert.EndsWith("(EADDRINUSE)", Fault(2222, SocketError.AddressAlreadyInUse).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_has_a_cause_and_a_remedy()
    {
        foreach (var error in Enum.GetValues<SocketError>())
        {
            foreach (var fault in new[] { Fault(2222, error), BindFault.Of("/run/x", error) })
            {
                Assert.NotEmpty(fault.Cause);
                Assert.NotEmpty(fault.Remedy);
            }
        }
    }

    private BindFault Fault(int port, SocketError error) => BindFault.Of(
        SourceTransport.Tcp, new IPEndPoint(IPAddress.Loopback, port), error, new HostFacts(_root));

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
