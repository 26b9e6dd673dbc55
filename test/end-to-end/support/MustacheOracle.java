import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.Mustache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reference Mustache with HTML escaping off. Standard input: a template in base64, then a value, one token a line
 * (`o N` with N keys and values, `a N`, `s BASE64`, `i WHOLE`, `d DOUBLE`, `b BOOLEAN`, `n`), and so on until the end.
 * Standard output: what was rendered, in base64, a line each.
 */
public final class MustacheOracle {
  private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  public static void main(String[] args) throws IOException {
    new MustacheOracle().run();
  }

  private void run() throws IOException {
    for (String template = in.readLine(); template != null; template = in.readLine()) {
      Object context = read();
      Mustache compiled = new Unescaped().compile(new StringReader(text(template)), "template");
      StringWriter rendered = new StringWriter();
      compiled.execute(rendered, context).flush();
      byte[] bytes = rendered.toString().getBytes(StandardCharsets.UTF_8);
      System.out.println(Base64.getEncoder().encodeToString(bytes));
    }
  }

  private Object read() throws IOException {
    String line = in.readLine();
    String rest = line.length() > 2 ? line.substring(2) : "";
    switch (line.charAt(0)) {
      case 'o': {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int left = Integer.parseInt(rest); left > 0; left--) object.put(text(in.readLine()), read());
        return object;
      }
      case 'a': {
        List<Object> list = new ArrayList<>();
        for (int left = Integer.parseInt(rest); left > 0; left--) list.add(read());
        return list;
      }
      case 's':
        return text(rest);
      case 'i':
        return new BigInteger(rest);
      case 'd':
        return Double.valueOf(rest);
      case 'b':
        return Boolean.valueOf(rest);
      case 'n':
        return null;
      default:
        throw new IOException("no value: " + line);
    }
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private static final class Unescaped extends DefaultMustacheFactory {
    @Override
    public void encode(String value, Writer writer) {
      try {
        writer.write(value);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }
}
