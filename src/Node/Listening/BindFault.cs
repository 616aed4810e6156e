using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>Why a source cannot listen, in words for an operator.</summary>
/// <param name="Cause">Operation, address and error.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record BindFault(string Cause, string Remedy)
{
    /// <summary>Explains an error of bind or listen on an address.</summary>
    /// <param name="transport">UDP, TCP or TLS.</param>
    /// <param name="endPoint">The address that was asked for.</param>
    /// <param name="error">The error.</param>
    /// <param name="host">What the machine says about its rules and its sockets.</param>
    public static BindFault Of(SourceTransport transport, IPEndPoint endPoint, SocketError error, HostFacts host)
    {
        var name = SocketBinding.Name(transport);
        var port = endPoint.Port.ToString(CultureInfo.InvariantCulture);
        switch (error)
        {
            case SocketError.AddressAlreadyInUse:
                return new BindFault(
                    $"bind {name} {endPoint}: the port is in use (EADDRINUSE){host.HolderOf(transport, endPoint.Port)}",
                    $"stop the other program or choose another port; 'ss -lnp sport = :{port}' names it");
            case SocketError.AddressNotAvailable:
                return new BindFault(
                    $"bind {name} {endPoint}: no interface has this address (EADDRNOTAVAIL)",
                    "use an address that 'ip addr' shows, or 0.0.0.0 or [::]; it is tried again in case it comes up");
            case SocketError.AccessDenied when endPoint.Port != 0 && endPoint.Port < host.UnprivilegedPortStart:
                return new BindFault(
                    $"bind {name} {endPoint}: permission denied (EACCES); ports below "
                    + $"{host.UnprivilegedPortStart} are privileged",
                    "grant CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=), lower "
                    + "net.ipv4.ip_unprivileged_port_start, or choose a higher port");
            case SocketError.AccessDenied when host.SelinuxEnforces:
                return new BindFault(
                    $"bind {name} {endPoint}: permission denied (EACCES) on a port that is not privileged, and SELinux "
                    + $"is enforcing; own context: {host.SelinuxContext}",
                    $"semanage port -a -t syslogd_port_t -p {(transport == SourceTransport.Udp ? "udp" : "tcp")} {port}");
            case SocketError.AccessDenied:
                return new BindFault(
                    $"bind {name} {endPoint}: permission denied (EACCES)",
                    "look for a security module, a seccomp or systemd rule (SocketBindDeny=) that forbids it");
            default:
                return new BindFault(
                    $"bind {name} {endPoint}: {new SocketException((int)error).Message} ({error})",
                    "check the address and the network of this machine");
        }
    }

    /// <summary>Explains an error of bind on a path.</summary>
    public static BindFault Of(string path, SocketError error)
    {
        var folder = System.IO.Path.GetDirectoryName(path);
        return error switch
        {
            SocketError.AccessDenied => new BindFault(
                $"bind {path}: permission denied (EACCES)",
                $"let this user write to {folder}, or choose a path below the data directory; "
                + "with SELinux look for a denial with 'ausearch -m avc'"),
            SocketError.AddressAlreadyInUse => new BindFault(
                $"bind {path}: another program listens on this socket (EADDRINUSE)",
                $"stop it or choose another path; 'ss -xlp src {path}' names it"),
            _ => new BindFault(
                $"bind {path}: {new SocketException((int)error).Message} ({error})",
                $"check that {folder} exists and can be written"),
        };
    }
}
