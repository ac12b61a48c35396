// A WebSocket server by the package `ws`: what is posted to it goes to everybody who is connected. node ws.js PORT
const http = require('node:http')
const { WebSocketServer, WebSocket } = require('ws')

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
const server = http.createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const message = Buffer.concat(parts)
    for (const socket of sockets.clients) {
      if (socket.readyState === WebSocket.OPEN) socket.send(message, { binary: false })
    }
    response.end()
  })
})
server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, () => {}))
server.keepAliveTimeout = 600000
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 })
