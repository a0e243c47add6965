package org.ekkofs.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * What stands between a client and an HTTP server, and does to requests what networks, gateways and
 * busy servers do. Safe for use by many threads.
 */
public final class FaultyHttp implements AutoCloseable {
  /**
   * A request as rules see it.
   *
   * @param path with the query
   */
  public record Request(String method, String path) {
    /** Whether it changes something. */
    public boolean writes() {
      return !method.equals("GET") && !method.equals("HEAD");
    }

    /** Whether its path has this part. */
    public boolean names(String part) {
      return path.contains(part);
    }
  }

  /** Guarded by {@code rules}. */
  private static final class Rule {
    private final HttpFault fault;
    private final Predicate<Request> which;
    private int left;

    private Rule(HttpFault fault, Predicate<Request> which, int times) {
      this.fault = fault;
      this.which = which;
      this.left = times;
    }
  }

  private final InetSocketAddress server;
  private final int port;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  /** Guarded by itself. */
  private final List<Rule> rules = new ArrayList<>();

  /** Guarded by {@code rules}. */
  private final Map<HttpFault, Integer> fired = new HashMap<>();

  /** Before each request. */
  private volatile Duration latency = Duration.ZERO;

  private volatile ServerSocket listener;

  /** Accepts the connections of {@code listener}. */
  private volatile Thread acceptor;

  private FaultyHttp(URI server) throws IOException {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    this.port = listener.getLocalPort();
    listen();
  }

  /** Stands before this server. */
  public static FaultyHttp before(URI server) {
    try {
      return new FaultyHttp(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients find it. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Has the next so many requests of a kind go wrong. */
  public void next(int times, HttpFault fault, Predicate<Request> which) {
    synchronized (rules) {
      rules.add(new Rule(fault, which, times));
    }
  }

  /** Has all requests of a kind go wrong until {@link #heal}. */
  public void all(HttpFault fault, Predicate<Request> which) {
    next(Integer.MAX_VALUE, fault, which);
  }

  /** Has everything go well again, and forgets what has happened. */
  public void heal() {
    synchronized (rules) {
      rules.clear();
      fired.clear();
    }
    latency = Duration.ZERO;
  }

  /** Has each request wait. */
  public void delay(Duration duration) {
    latency = duration;
  }

  /** How often a fault has happened since {@link #heal}. */
  public int fired(HttpFault fault) {
    synchronized (rules) {
      return fired.getOrDefault(fault, 0);
    }
  }

  /** Breaks all connections, and refuses new ones until {@link #accept}. */
  public void refuse() throws IOException {
    listener.close();
    // A thread that waits in accept keeps the socket open until it is woken.
    joinAcceptor();
    for (Socket connection : connections) {
      FaultyConnection.reset(connection);
    }
  }

  /** Takes connections again. */
  public void accept() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress("127.0.0.1", port));
    listener = socket;
    listen();
  }

  @Override
  public void close() {
    try {
      refuse();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listen() {
    ServerSocket socket = listener;
    acceptor = start("faulty-http-" + port, () -> acceptAll(socket));
  }

  private void joinAcceptor() throws IOException {
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while connections end");
    }
  }

  private static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void acceptAll(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        connections.add(client);
        start("faulty-http-" + client.getPort(), () -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    FaultyConnection.serve(client, server, this);
    connections.remove(client);
  }

  /** What is to happen to a request, if anything; waits as long as each request is to. */
  Optional<HttpFault> of(HttpMessage message) {
    LockSupport.parkNanos(latency.toNanos());
    Request request = new Request(message.method(), message.path());
    synchronized (rules) {
      for (Rule rule : rules) {
        if (rule.left > 0 && rule.which.test(request)) {
          rule.left--;
          fired.merge(rule.fault, 1, Integer::sum);
          return Optional.of(rule.fault);
        }
      }
    }
    return Optional.empty();
  }
}
