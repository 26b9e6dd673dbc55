package flinkmesos.examples;

import java.util.HashMap;
import java.util.Map;

/**
 * Arguments of the form "--name value". Flink's own ParameterTool has moved between 1.20 and 2.x, and one source is to
 * compile on both.
 */
final class Arguments {
    private final Map<String, String> values = new HashMap<>();

    Arguments(String[] args) {
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException("expected \"--name value\" at \"" + args[i] + "\"");
            }
            values.put(args[i].substring(2), args[i + 1]);
        }
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** A whole number from 1 on. */
    long number(String name, long otherwise) {
        String value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " must be a whole number, not \"" + value + "\"");
        }
        if (number < 1) {
            throw new IllegalArgumentException("--" + name + " must be at least 1, not " + value);
        }
        return number;
    }
}
