package flinkmesos.driver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The scheduler's driver endpoint over HTTP: four calls, each of which may be repeated. Where it is and what admits to
 * it come from the environment; the secret itself only from a file, because arguments and environments can be seen.
 */
final class SchedulerClient {
    static final String URL = "FLINK_MESOS_DRIVER_URL";
    static final String SECRET_FILE = "FLINK_MESOS_DRIVER_SECRET_FILE";
    static final String CLUSTER = "FLINK_MESOS_CLUSTER";
    static final String AUTHORITY = "FLINK_MESOS_DRIVER_CA";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final int WAIT_SECONDS = 20;
    /** What is the same of every scheduler's address for this cluster. */
    private static final Pattern BELOW = Pattern.compile("^.*?(/v1/clusters/)");

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = client();
    private final LeaderNode leader;
    private volatile URI url;
    private final Path secretFile;
    private final String cluster;

    private SchedulerClient(String url, LeaderNode leader, Path secretFile, String cluster) {
        this.url = URI.create(url.endsWith("/") ? url : url + "/");
        this.leader = leader;
        this.secretFile = secretFile;
        this.cluster = cluster;
    }

    private static HttpClient client() {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                // A standby sends its callers on to the scheduler that leads.
                .followRedirects(HttpClient.Redirect.NORMAL);
        String authority = System.getenv(AUTHORITY);
        return (authority == null ? builder : builder.sslContext(trusting(authority))).build();
    }

    /** Nobody but who signed the scheduler's certificate, in PEM. */
    private static SSLContext trusting(String authority) {
        try (InputStream pem = new ByteArrayInputStream(authority.getBytes(StandardCharsets.UTF_8))) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("scheduler-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(AUTHORITY + " cannot be used", e);
        }
    }

    static SchedulerClient fromEnvironment() {
        return new SchedulerClient(required(URL), LeaderNode.fromEnvironment(), Paths.get(required(SECRET_FILE)), required(CLUSTER));
    }

    String cluster() {
        return cluster;
    }

    ObjectNode object() {
        return json.createObjectNode();
    }

    JsonNode attach(ObjectNode body) throws IOException, InterruptedException {
        return send("POST", "sessions", body, CALL_TIMEOUT);
    }

    void want(ObjectNode body) throws IOException, InterruptedException {
        send("PUT", "workers", body, CALL_TIMEOUT);
    }

    JsonNode events(String session, long after) throws IOException, InterruptedException {
        String path = "events?session=" + session + "&after=" + after + "&wait=" + WAIT_SECONDS;
        return send("GET", path, null, CALL_TIMEOUT.plusSeconds(WAIT_SECONDS));
    }

    void finished(ObjectNode body) throws IOException, InterruptedException {
        send("POST", "finished", body, CALL_TIMEOUT.dividedBy(2));
    }

    /** A scheduler that cannot be reached may not be the one that leads any more. */
    private JsonNode send(String method, String path, ObjectNode body, Duration timeout)
            throws IOException, InterruptedException {
        try {
            return sendTo(url, method, path, body, timeout);
        } catch (ConnectException | HttpConnectTimeoutException | NotLeading e) {
            URI found = leader == null ? null : leader.read(json);
            if (found == null || found.getAuthority().equals(url.getAuthority())) {
                throw e;
            }
            url = URI.create(found + BELOW.matcher(url.getRawPath()).replaceFirst("$1"));
            return sendTo(url, method, path, body, timeout);
        }
    }

    private JsonNode sendTo(URI base, String method, String path, ObjectNode body, Duration timeout)
            throws IOException, InterruptedException {
        HttpRequest.BodyPublisher content = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body));
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(timeout)
                .header("authorization", "Bearer " + secret())
                .header("content-type", "application/json")
                .method(method, content)
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200) {
            return json.readTree(response.body());
        }
        if (response.statusCode() == 503) {
            throw new NotLeading("nobody leads: " + response.body());
        }
        switch (codeIn(response.body())) {
            case "fenced":
                throw new Fenced(response.body());
            case "unknown-session":
                throw new UnknownSession(response.body());
            default:
                throw new IOException("the scheduler answered " + response.statusCode() + ": " + response.body());
        }
    }

    private String codeIn(String body) {
        try {
            return json.readTree(body).path("code").asText("");
        } catch (IOException e) {
            return "";
        }
    }

    /** Read for each call, so that a secret that was changed is found. */
    private String secret() throws IOException {
        return new String(Files.readAllBytes(secretFile), StandardCharsets.UTF_8).trim();
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("the environment variable " + name + " is not set");
        }
        return value;
    }

    /** The answer of a scheduler that does not lead. */
    private static final class NotLeading extends IOException {
        private static final long serialVersionUID = 1;

        NotLeading(String message) {
            super(message);
        }
    }

    /** Another JobManager leads this cluster, or the cluster has ended: this one has to go. */
    static final class Fenced extends IOException {
        private static final long serialVersionUID = 1;

        Fenced(String message) {
            super(message);
        }
    }

    /** The scheduler has lost this session; it may be attached again under the same id. */
    static final class UnknownSession extends IOException {
        private static final long serialVersionUID = 1;

        UnknownSession(String message) {
            super(message);
        }
    }
}
